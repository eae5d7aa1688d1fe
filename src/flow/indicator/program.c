/* Emitting, sharing and numbering the operations of a program. */
#include "program.h"

#include <math.h>
#include <string.h>

#include "../../machine/base/alloc.h"

void ind_program_clear(ind_program *program)
{
    pen_free(program->ops);
    pen_free(program->code);
    pen_free(program->consts);
    *program = (ind_program){ 0 };
}

int ind_ring_rows(int lag)
{
    int rows = 1;
    while (rows < lag)
        rows *= 2;
    return rows;
}

static int max_int(int a, int b)
{
    return a > b ? a : b;
}

int ind_memory(const ind_value *in, int n_in, int own)
{
    int memory = 0;
    for (int i = 0; i < n_in; i++) {
        if (in[i].memory < 0)
            return -1;
        memory = max_int(memory, in[i].memory);
    }
    return own < 0 ? -1 : memory + own;
}

static bool is_same_step(const ind_step *a, const ind_step *b)
{
    if (a->op != b->op || a->n_in != b->n_in || a->window != b->window || a->first != b->first ||
        a->n_consts != b->n_consts)
        return false;
    for (int i = 0; i < a->n_in; i++)
        if (a->in[i].tile != b->in[i].tile)
            return false;
    for (int i = 0; i < a->n_consts; i++)
        if (a->consts[i] != b->consts[i])
            return false;
    return true;
}

static void values_of(const ind_op *op, ind_value *out)
{
    for (int i = 0; i < op->step.n_out; i++)
        out[i] = (ind_value){ op->out[i], op->step.first, op->step.memory };
}

pen_status ind_emit(ind_program *p, const ind_step *step, ind_value *out)
{
    for (int i = 0; i < p->n_ops; i++)
        if (is_same_step(&p->ops[i].step, step)) {
            values_of(&p->ops[i], out);
            return PEN_OK;
        }
    if (p->n_ops == p->ops_capacity) {
        int capacity = p->ops_capacity > 0 ? 2 * p->ops_capacity : 16;
        PEN_TRY(pen_realloc((void **)&p->ops, (size_t)capacity, sizeof *p->ops));
        p->ops_capacity = capacity;
    }
    ind_op *op = &p->ops[p->n_ops++];
    *op = (ind_op){ .step = *step, .state = p->n_state, .const_at = p->n_consts };
    for (int i = 0; i < IND_MAX_SLOTS; i++) {
        op->in[i] = i < step->n_in ? step->in[i].tile : -1;
        op->out[i] = i < step->n_out ? p->n_tiles++ : -1;
        op->plane[i] = -1;
    }
    p->n_state += step->n_state;
    p->n_consts += step->n_consts;
    p->max_ring = max_int(p->max_ring, step->max_ring);
    p->max_first = max_int(p->max_first, step->first);
    p->memory = p->memory < 0 || step->memory < 0 ? -1 : max_int(p->memory, step->memory);
    values_of(op, out);
    return PEN_OK;
}

pen_status ind_input(ind_program *p, int index, ind_value *out)
{
    return ind_emit(p, &(ind_step){ .op = IND_LOAD, .n_out = 1, .window = index }, out);
}

pen_status ind_store(ind_program *p, ind_value value, int plane, int mask)
{
    p->max_first = max_int(p->max_first, mask);
    for (int i = 0; i < p->n_ops; i++) {
        ind_op *op = &p->ops[i];
        bool is_stored = op->plane[0] >= 0 || op->plane[1] >= 0 || op->plane[2] >= 0;
        for (int o = 0; o < op->step.n_out; o++)
            if (op->out[o] == value.tile && op->step.op != IND_LOAD && op->plane[o] < 0 &&
                (!is_stored || op->mask == mask)) {
                op->plane[o] = plane;
                op->mask = mask;
                return PEN_OK;
            }
    }
    /* A price itself, or a value already stored as something else.  The plane
     * is part of the step, so that no two copies are taken for the same. */
    ind_step copy = { .op = IND_COPY,
                      .in = { value },
                      .n_in = 1,
                      .n_out = 1,
                      .window = plane,
                      .first = value.first,
                      .memory = value.memory };
    ind_value stored;
    PEN_TRY(ind_emit(p, &copy, &stored));
    p->ops[p->n_ops - 1].plane[0] = plane;
    p->ops[p->n_ops - 1].mask = mask;
    return PEN_OK;
}

void ind_delay(const ind_program *p, pen_unstable which, ind_value *values, int count)
{
    for (int i = 0; i < count; i++)
        values[i].first += p->options->unstable[which];
}

/* The operations of indicator_strips.k; an output's `first` says how far back
 * such an operation and those before it look.  On OpenCL some are left out, as there. */
static bool only_looks_back(const ind_step *step, bool is_opencl)
{
    int op = step->op;
    switch (op) {
    case IND_LOAD:
    case IND_RETURN:
    case IND_LOG_RETURN:
    case IND_MEAN:
    case IND_MEAN_STDEV:
    case IND_BANDS:
    case IND_LAG:
    case IND_CHANGE:
        return true;
    case IND_TREND:
    case IND_HIGHEST:
    case IND_LOWEST:
    case IND_SINCE_HIGHEST:
    case IND_SINCE_LOWEST:
    case IND_STEP:
        return !is_opencl;
    case IND_TRUE_RANGE:
        return step->window == 0; /* a first bar of its own is not looked back from */
    default:
        return op >= IND_POINT && op < (is_opencl ? IND_FUNCTION : IND_FUNCTION_END);
    }
}

bool ind_fits_strips(const ind_program *p, const pen_device *device)
{
    bool is_opencl = strcmp(pen_device_describe(device)->backend, "opencl") == 0;
    if (p->kernel != NULL) /* made for another kernel, without ops */
        return p->strips_kernel != NULL && p->max_first <= IND_MAX_REACH;
    for (int i = 0; i < p->n_ops; i++)
        if (!only_looks_back(&p->ops[i].step, is_opencl))
            return false;
    return p->max_first <= IND_MAX_REACH;
}

bool ind_is_sooner_alone(const ind_program *p)
{
    int waits = 0;
    for (int i = 0; i < p->n_ops; i++) {
        int op = p->ops[i].step.op;
        bool is_sum = op == IND_CUMULATE || op == IND_CHAIKIN;
        waits += is_sum;
        if (!is_sum && op != IND_LOAD && op != IND_LAG && op != IND_CHANGE &&
            !(op >= IND_POINT && op < IND_FUNCTION))
            return false;
    }
    return p->kernel == NULL && waits == 1;
}

/* Leaves out what nothing needs, as a price that an indicator takes and does not use. */
static void drop_unused(ind_program *p, bool *is_needed)
{
    int kept = p->n_ops;
    for (int i = p->n_ops - 1; i >= 0; i--) {
        const ind_op *op = &p->ops[i];
        bool is_live = false;
        for (int s = 0; s < IND_MAX_SLOTS; s++)
            is_live |= op->plane[s] >= 0 || (op->out[s] >= 0 && is_needed[op->out[s]]);
        for (int s = 0; s < IND_MAX_SLOTS && is_live; s++)
            if (op->in[s] >= 0)
                is_needed[op->in[s]] = true;
        if (is_live)
            p->ops[--kept] = *op;
    }
    p->n_ops -= kept;
    memmove(p->ops, p->ops + kept, (size_t)p->n_ops * sizeof *p->ops);
}

/* Index of the last operation that reads each virtual tile. */
static void find_last_uses(const ind_program *p, int *last_use)
{
    for (int i = 0; i < p->n_ops; i++)
        for (int s = 0; s < IND_MAX_SLOTS; s++) {
            if (p->ops[i].out[s] >= 0)
                last_use[p->ops[i].out[s]] = i;
            if (p->ops[i].in[s] >= 0)
                last_use[p->ops[i].in[s]] = i;
        }
}

/* Gives every virtual tile a real one for as long as it is needed. */
static bool assign_tiles(const ind_program *p, const int *last_use, int *real_tile)
{
    bool is_taken[IND_MAX_TILES] = { false };
    for (int i = 0; i < p->n_ops; i++) {
        const ind_op *op = &p->ops[i];
        for (int s = 0; s < op->step.n_out; s++) {
            int tile = IND_SCRATCHES;
            while (tile < IND_MAX_TILES && is_taken[tile])
                tile++;
            if (tile == IND_MAX_TILES)
                return false;
            is_taken[tile] = true;
            real_tile[op->out[s]] = tile;
        }
        for (int v = 0; v < p->n_tiles; v++)
            if (last_use[v] == i)
                is_taken[real_tile[v]] = false;
    }
    return true;
}

/* The operations that write every step of what they give once, and nothing else there.  Windows of
 * up to 8 are made in one pass that starts before their first result (window_strip.kh). */
static bool writes_once(const ind_step *step)
{
    int op = step->op;
    switch (op) {
    case IND_MEAN:
    case IND_MEAN_STDEV:
    case IND_TREND:
    case IND_HIGHEST:
    case IND_LOWEST:
    case IND_SINCE_HIGHEST:
    case IND_SINCE_LOWEST:
        return step->window > 8;
    case IND_RETURN:
    case IND_LOG_RETURN:
    case IND_CHANGE:
    case IND_TRUE_RANGE:
    case IND_BANDS:
    case IND_LAG:
        return true;
    default:
        return op >= IND_POINT && op < IND_FUNCTION_END;
    }
}

/* What IND_ENDS says of operation i. */
static bool ends_of(const ind_program *p, int i, const int *last_use)
{
    const ind_op *op = &p->ops[i];
    bool ends = writes_once(&op->step);
    for (int s = 0; s < op->step.n_out; s++)
        ends &= op->plane[s] >= 0 && last_use[op->out[s]] == i;
    return ends;
}

static void write_code(ind_program *p, const int *real_tile, const int *last_use)
{
    for (int i = 0; i < p->n_ops; i++) {
        const ind_op *op = &p->ops[i];
        int *word = p->code + i * IND_WORDS;
        word[IND_OP] = op->step.op;
        for (int s = 0; s < IND_MAX_SLOTS; s++) {
            word[IND_IN + s] = op->in[s] >= 0 ? real_tile[op->in[s]] : 0;
            word[IND_OUT + s] = op->out[s] >= 0 ? real_tile[op->out[s]] : 0;
            word[IND_PLANE + s] = op->plane[s];
        }
        word[IND_STATE] = op->state;
        word[IND_FIRST] = op->step.first;
        word[IND_WINDOW] = op->step.window;
        word[IND_CONST] = op->const_at;
        word[IND_MASK] = op->mask;
        word[IND_ENDS] = ends_of(p, i, last_use);
        memcpy(p->consts + op->const_at, op->step.consts,
               (size_t)op->step.n_consts * sizeof *p->consts);
    }
}

pen_status ind_finish(ind_program *p, bool *fits)
{
    int *last_use = NULL, *real_tile = NULL;
    bool *is_needed = NULL;
    *fits = false;
    pen_status s = pen_alloc((size_t)p->n_tiles, sizeof *is_needed, (void **)&is_needed);
    if (s == PEN_OK)
        s = pen_alloc((size_t)p->n_tiles, sizeof *last_use, (void **)&last_use);
    if (s == PEN_OK)
        s = pen_alloc((size_t)p->n_tiles, sizeof *real_tile, (void **)&real_tile);
    if (s == PEN_OK) {
        drop_unused(p, is_needed);
        find_last_uses(p, last_use);
        *fits = assign_tiles(p, last_use, real_tile);
    }
    if (s == PEN_OK && *fits)
        s = pen_alloc((size_t)p->n_ops * IND_WORDS, sizeof *p->code, (void **)&p->code);
    if (s == PEN_OK && *fits)
        s = pen_alloc((size_t)p->n_consts, sizeof *p->consts, (void **)&p->consts);
    if (s == PEN_OK && *fits)
        write_code(p, real_tile, last_use);
    pen_free(is_needed);
    pen_free(last_use);
    pen_free(real_tile);
    return s;
}
