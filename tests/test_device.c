/* Devices, queues, events, buffers: what every backend does the same. */
#include <pthread.h>

#include "check.h"
#include "device_matrix.h"
#include "machine/base/alloc.h"
#include "machine/device/backend.h"
#include "machine/device/launch.h"
#include "penstock/penstock.h"
#include "run_kernel.h"

static void cpu_is_always_listed_and_usable(void)
{
    pen_device_info *infos;
    size_t count, n_cpu = 0;
    CHECK_OK(pen_device_list(&infos, &count));
    for (size_t i = 0; i < count; i++) {
        n_cpu += strcmp(infos[i].name, "cpu:0") == 0 && infos[i].is_usable;
        CHECK(i == 0 || infos[i - 1].score >= infos[i].score);
    }
    CHECK(n_cpu == 1);
    pen_device_list_free(infos);
    CHECK_TEXT(pen_device_backend_note("cpu"), "");
    CHECK_TEXT(pen_device_backend_note("abacus"), "no such backend");
}

static void a_device_is_chosen_by_name_or_environment(void)
{
    static const char *const bad[] = { "gpu",
                                       "cpu:1",
                                       "cpu:",
                                       "cpu:x",
                                       "cpu:0x",
                                       "cpuid",
                                       "opencl:999999",
                                       "cpu:99999999999999999999",
                                       "cpu:-1",
                                       "cpu: 0",
                                       ":0",
                                       " cpu" };
    pen_device *dev;
    for (size_t i = 0; i < COUNT(bad); i++) {
        CHECK_STATUS(pen_device_open(bad[i], &dev), PEN_E_NOTFOUND);
        CHECK(dev == NULL);
        CHECK_ERROR_SAYS("cpu:0");
    }
    CHECK_OK(pen_device_open("cpu", &dev));
    CHECK_TEXT(pen_device_describe(dev)->name, "cpu:0");
    pen_device_close(dev);
    setenv("PENSTOCK_DEVICE", "cpu:7", 1);
    CHECK_STATUS(pen_device_open(NULL, &dev), PEN_E_NOTFOUND);
    CHECK_ERROR_SAYS("cpu:7");
    setenv("PENSTOCK_DEVICE", "cpu:0", 1);
    CHECK_OK(pen_device_open(NULL, &dev));
    pen_device_close(dev);
    setenv("PENSTOCK_DEVICE", "", 1);
    CHECK_OK(pen_device_open("", &dev));
    pen_device_close(dev);
    unsetenv("PENSTOCK_DEVICE");
}

static void keep_line(void *line, pen_log_level level, const char *text, size_t n)
{
    (void)level;
    snprintf(line, 256, "%.*s", (int)n, text);
}

/* What is left goes by the backend's own functions, which on cpu:0 need no device. */
static void a_device_that_goes_before_its_children_is_logged(void)
{
    char line[256] = "";
    pen_device *dev;
    pen_queue *queues[2];
    pen_event *event;
    void *block, *pinned;
    pen_log_set_sink(keep_line, line);
    CHECK_OK(pen_device_open("cpu:0", &dev));
    for (size_t i = 0; i < COUNT(queues); i++)
        CHECK_OK(pen_queue_create(dev, &queues[i]));
    CHECK_OK(pen_event_create(dev, &event));
    CHECK_OK(pen_device_alloc(dev, 100, &block));
    CHECK_OK(pen_host_alloc(dev, 100, &pinned));
    pen_device_close(dev);
    CHECK(strstr(line, "warn device: pen_device_close: cpu:0 is closed before 2 queues, 1 events "
                       "and 2 blocks of memory on it") != NULL);
    pen_cpu_backend.queue_destroy(queues[0]);
    pen_cpu_backend.queue_destroy(queues[1]);
    pen_cpu_backend.event_destroy(event);
    pen_cpu_backend.free(NULL, block);
    pen_cpu_backend.host_free(NULL, pinned);
    line[0] = '\0';
    CHECK_OK(pen_device_open("cpu:0", &dev));
    CHECK_OK(pen_queue_create(dev, &queues[0]));
    CHECK_OK(pen_event_create(dev, &event));
    CHECK_OK(pen_device_alloc(dev, 100, &block));
    CHECK_OK(pen_host_alloc(dev, 100, &pinned));
    pen_host_free(dev, pinned);
    pen_device_free(dev, block);
    pen_event_destroy(event);
    pen_queue_destroy(queues[0]);
    pen_device_close(dev);
    CHECK_TEXT(line, "");
    pen_log_set_sink(NULL, NULL);
}

static pen_status copy_through(pen_queue *queue, void *context, void *out)
{
    enum { BYTES = 100003 };
    pen_device *dev = pen_queue_device(queue);
    pen_buffer *a = NULL, *b = NULL;
    pen_status s = pen_buffer_create(dev, BYTES, &a);
    if (s == PEN_OK)
        s = pen_buffer_create(dev, BYTES, &b);
    if (s == PEN_OK)
        s = pen_buffer_write(queue, a, 0, context, BYTES);
    if (s == PEN_OK)
        s = pen_device_copy(queue, pen_buffer_address(b), pen_buffer_address(a), BYTES);
    if (s == PEN_OK)
        s = pen_device_fill(queue, (char *)pen_buffer_address(b) + 17, 0xC3, 1001);
    if (s == PEN_OK)
        s = pen_buffer_write(queue, b, 50001, context, 7);
    if (s == PEN_OK)
        s = pen_buffer_read(queue, out, b, 0, BYTES);
    if (s == PEN_OK)
        s = pen_queue_wait(queue);
    pen_buffer_destroy(a);
    pen_buffer_destroy(b);
    return s;
}

static void bytes_survive_the_way_there_and_back(void)
{
    enum { BYTES = 100003 };
    static unsigned char in[BYTES], out[BYTES];
    for (size_t i = 0; i < BYTES; i++)
        in[i] = (unsigned char)(i * 7 + i / 251);
    matrix_check_same("copy", copy_through, in, BYTES);
    CHECK_OK(copy_through(matrix_select(0), in, out));
    memset(in + 17, 0xC3, 1001);
    unsigned char head[7];
    for (size_t i = 0; i < sizeof head; i++)
        head[i] = (unsigned char)(i * 7);
    memcpy(in + 50001, head, sizeof head);
    CHECK(memcmp(in, out, BYTES) == 0);
    matrix_restore();
}

static void transfers_are_counted(void)
{
    for (size_t i = 0; i < matrix_size(); i++) {
        pen_queue *queue = matrix_select(i);
        pen_buffer *buffer;
        char host[100] = { 0 };
        CHECK_OK(pen_buffer_create(pen_queue_device(queue), sizeof host, &buffer));
        pen_transfer_count before = pen_transfers();
        CHECK_OK(pen_buffer_write(queue, buffer, 0, host, 100));
        CHECK_OK(pen_buffer_write(queue, buffer, 100, host, 0));
        CHECK_OK(pen_buffer_read(queue, host, buffer, 60, 40));
        CHECK_OK(pen_queue_wait(queue));
        pen_transfer_count after = pen_transfers();
        CHECK(after.to_device_bytes - before.to_device_bytes == 100);
        CHECK(after.to_host_bytes - before.to_host_bytes == 40);
        CHECK_STATUS(pen_buffer_write(queue, buffer, 1, host, 100), PEN_E_SIZE);
        CHECK_STATUS(pen_buffer_read(queue, host, buffer, 101, 0), PEN_E_SIZE);
        CHECK_STATUS(pen_buffer_read(queue, host, buffer, SIZE_MAX, 2), PEN_E_SIZE);
        CHECK_ERROR_SAYS("the buffer has 100");
        pen_buffer_destroy(buffer);
    }
    matrix_restore();
}

static void an_empty_buffer_is_fine(void)
{
    for (size_t i = 0; i < matrix_size(); i++) {
        pen_buffer *buffer;
        CHECK_OK(pen_buffer_create(pen_queue_device(matrix_select(i)), 0, &buffer));
        CHECK(pen_buffer_bytes(buffer) == 0 && pen_buffer_address(buffer) == NULL);
        pen_buffer_destroy(buffer);
    }
    pen_buffer_destroy(NULL);
    matrix_restore();
}

static void too_much_memory_is_refused_with_the_size(void)
{
    for (size_t i = 0; i < matrix_size(); i++) {
        pen_buffer *buffer;
        CHECK_STATUS(
            pen_buffer_create(pen_queue_device(matrix_select(i)), (size_t)1 << 60, &buffer),
            PEN_E_NOMEM);
        CHECK(buffer == NULL);
        CHECK_ERROR_SAYS("1152921504606846976 bytes");
    }
    matrix_restore();
}

static void a_wrong_launch_is_refused(void)
{
    for (size_t i = 0; i < matrix_size(); i++) {
        pen_queue *queue = matrix_select(i);
        void *x = NULL, *out = NULL, *args[] = { &x, &out };
        CHECK_STATUS(pen_launch(queue, "no_such", PEN_F64, pen_items(1), args, 2), PEN_E_NOTFOUND);
        CHECK_STATUS(pen_launch(queue, "measure_copy", PEN_F64, pen_items(1), args, 1),
                     PEN_E_SHAPE);
        CHECK_ERROR_SAYS("1 arguments, expected 2");
        CHECK_STATUS(pen_launch(queue, "measure_copy", PEN_F64, pen_items(1u << 31), args, 2),
                     PEN_E_SIZE);
        CHECK_OK(pen_launch(queue, "measure_copy", PEN_F64, pen_items(0), args, 2));
    }
    matrix_restore();
}

static void events_measure_a_launch(void)
{
    enum { N = 1 << 16 };
    for (size_t i = 0; i < matrix_size(); i++) {
        pen_queue *queue = matrix_select(i);
        pen_device *dev = pen_queue_device(queue);
        pen_event *start, *end;
        pen_buffer *out;
        double a = 0.5, elapsed_s = -1;
        CHECK_OK(pen_event_create(dev, &start));
        CHECK_OK(pen_event_create(dev, &end));
        CHECK_OK(pen_buffer_create(dev, N * sizeof(double), &out));
        void *address = pen_buffer_address(out), *args[] = { &a, &address };
        for (int round = 0; round < 2; round++) {
            CHECK_OK(pen_event_record(start, queue));
            CHECK_OK(pen_launch(queue, "measure_fma", PEN_F64, pen_items(N), args, 2));
            CHECK_OK(pen_event_record(end, queue));
            CHECK_OK(pen_event_elapsed(start, end, &elapsed_s));
            CHECK(elapsed_s > 0 && elapsed_s < 60);
        }
        CHECK_OK(pen_queue_wait(queue));
        pen_event_destroy(start);
        pen_event_destroy(end);
        pen_buffer_destroy(out);
    }
    pen_event_destroy(NULL);
    matrix_restore();
}

static pen_status use_everything(const char *name)
{
    pen_device *dev = NULL;
    pen_queue *queue = NULL;
    pen_event *event = NULL;
    pen_buffer *x = NULL, *out = NULL;
    void *host = NULL;
    pen_status s = pen_device_open(name, &dev);
    if (s == PEN_OK)
        s = pen_queue_create(dev, &queue);
    if (s == PEN_OK)
        s = pen_event_create(dev, &event);
    if (s == PEN_OK)
        s = pen_buffer_create(dev, 800, &x);
    if (s == PEN_OK)
        s = pen_buffer_create(dev, 800, &out);
    if (s == PEN_OK)
        s = pen_host_alloc(dev, 800, &host);
    if (s == PEN_OK) {
        void *x_address = pen_buffer_address(x), *out_address = pen_buffer_address(out);
        void *args[] = { &x_address, &out_address };
        s = pen_launch(queue, "measure_copy", PEN_F64, pen_items(100), args, 2);
    }
    if (s == PEN_OK)
        s = pen_event_record(event, queue);
    if (s == PEN_OK)
        s = pen_queue_wait(queue);
    if (dev != NULL)
        pen_host_free(dev, host);
    pen_buffer_destroy(x);
    pen_buffer_destroy(out);
    pen_event_destroy(event);
    pen_queue_destroy(queue);
    pen_device_close(dev);
    return s;
}

static void every_failed_allocation_is_reported_and_released(void)
{
    static const char *const names[] = { "cpu:0", "opencl:0", NULL };
    matrix_size(); /* what stays open is open before the count */
    for (size_t i = 0; i < COUNT(names); i++) {
        if (names[i] != NULL && use_everything(names[i]) == PEN_E_NOTFOUND)
            continue;
        long live = pen_alloc_live();
        pen_status s = PEN_E_NOMEM;
        for (long n = 0; s != PEN_OK && n < 1000; n++) {
            pen_alloc_fail_after(n);
            s = use_everything(names[i]);
            pen_alloc_fail_after(-1);
            CHECK(s == PEN_OK || s == PEN_E_NOMEM);
            CHECK(pen_alloc_live() == live);
        }
        CHECK(s == PEN_OK);
    }
}

static void a_failed_listing_is_empty(void)
{
    long live = pen_alloc_live();
    pen_device_info *infos;
    size_t count;
    for (long n = 0; n < 2; n++) {
        pen_alloc_fail_after(n);
        if (pen_device_list(&infos, &count) != PEN_OK)
            CHECK(infos == NULL && count == 0);
        pen_alloc_fail_after(-1);
        pen_device_list_free(infos);
        CHECK(pen_alloc_live() == live);
    }
}

static void two_queues_of_a_device_keep_apart(void)
{
    enum { N = 50000 };
    static double in[2][N], got[2][N];
    for (size_t i = 0; i < N; i++) {
        in[0][i] = (double)i;
        in[1][i] = -(double)i;
    }
    for (size_t d = 0; d < matrix_size(); d++) {
        pen_device *dev = pen_queue_device(matrix_select(d));
        pen_queue *queue[2];
        pen_buffer *x[2], *out[2];
        for (int k = 0; k < 2; k++) {
            CHECK_OK(pen_queue_create(dev, &queue[k]));
            CHECK_OK(pen_buffer_create(dev, sizeof in[k], &x[k]));
            CHECK_OK(pen_buffer_create(dev, sizeof in[k], &out[k]));
            CHECK_OK(pen_buffer_write(queue[k], x[k], 0, in[k], sizeof in[k]));
        }
        for (int k = 0; k < 2; k++) {
            void *from = pen_buffer_address(x[k]), *to = pen_buffer_address(out[k]);
            void *args[] = { &from, &to };
            CHECK_OK(pen_launch(queue[k], "measure_copy", PEN_F64, pen_items(N), args, 2));
            CHECK_OK(pen_buffer_read(queue[k], got[k], out[k], 0, sizeof got[k]));
        }
        for (int k = 0; k < 2; k++) {
            CHECK_OK(pen_queue_wait(queue[k]));
            CHECK(memcmp(got[k], in[k], sizeof in[k]) == 0);
            pen_buffer_destroy(x[k]);
            pen_buffer_destroy(out[k]);
            pen_queue_destroy(queue[k]);
        }
    }
    matrix_restore();
}

/* One thread's work in the next test: its own queue, the kernels shared. */
typedef struct worker {
    pen_device *device;
    double a;
    int is_right;
} worker;

static void *work(void *context)
{
    enum { N = 3000, ROUNDS = 20 };
    worker *w = context;
    pen_queue *queue = NULL;
    double *got = malloc(N * sizeof *got), *want = malloc(N * sizeof *want);
    pen_status s = pen_queue_create(w->device, &queue);
    w->is_right = 1;
    for (int round = 0; round < ROUNDS && s == PEN_OK; round++) {
        kernel_slot slots[] = { SLOT_VALUE(w->a), SLOT_OUT(got, N * sizeof *got) };
        s = run_kernel(queue, "measure_fma", PEN_F64, pen_items(N), slots, COUNT(slots));
        if (round == 0)
            memcpy(want, got, N * sizeof *got);
        w->is_right = w->is_right && memcmp(want, got, N * sizeof *got) == 0;
    }
    /* a x + a from 0 on: after 1024 steps at the fixed point a / (1 - a). */
    w->is_right = w->is_right && s == PEN_OK && fabs(got[0] / 8 - w->a / (1 - w->a)) < 1e-9;
    pen_queue_destroy(queue);
    free(got);
    free(want);
    return NULL;
}

static void threads_may_share_a_device(void)
{
    enum { THREADS = 4 };
    for (size_t d = 0; d < matrix_size(); d++) {
        pthread_t threads[THREADS];
        worker workers[THREADS];
        pen_device *dev = pen_queue_device(matrix_select(d));
        for (int i = 0; i < THREADS; i++) {
            workers[i] = (worker){ .device = dev, .a = 0.1 * (i + 1) };
            CHECK(pthread_create(&threads[i], NULL, work, &workers[i]) == 0);
        }
        for (int i = 0; i < THREADS; i++) {
            pthread_join(threads[i], NULL);
            CHECK(workers[i].is_right);
        }
    }
    matrix_restore();
}

static void a_device_is_measured(void)
{
    pen_device *dev;
    pen_status s = PEN_E_NOMEM;
    CHECK_OK(pen_device_open("cpu:0", &dev));
    long live = pen_alloc_live();
    for (long n = 0; s != PEN_OK && n < 100; n++) {
        pen_alloc_fail_after(n);
        s = pen_device_measure(dev);
        pen_alloc_fail_after(-1);
        CHECK(s == PEN_OK || s == PEN_E_NOMEM);
        CHECK(pen_alloc_live() == live);
    }
    const pen_device_info *info = pen_device_describe(dev);
    CHECK(info->copy_bytes_per_s > 1e8 && info->copy_bytes_per_s < 1e13);
    CHECK(info->f32_flops > 1e8 && info->f64_flops > 1e8);
    pen_device_close(dev);
}

static const check_test tests[] = {
    TEST(cpu_is_always_listed_and_usable),
    TEST(a_device_is_chosen_by_name_or_environment),
    TEST(a_device_that_goes_before_its_children_is_logged),
    TEST(bytes_survive_the_way_there_and_back),
    TEST(transfers_are_counted),
    TEST(an_empty_buffer_is_fine),
    TEST(too_much_memory_is_refused_with_the_size),
    TEST(a_wrong_launch_is_refused),
    TEST(events_measure_a_launch),
    TEST(two_queues_of_a_device_keep_apart),
    TEST(threads_may_share_a_device),
    TEST(a_device_is_measured),
    TEST(every_failed_allocation_is_reported_and_released),
    TEST(a_failed_listing_is_empty),
};
TEST_MAIN(tests)
