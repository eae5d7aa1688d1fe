/* Writes the direction numbers of Sobol's sequence that flow/simulation draws from.
 *
 * Dimension 0 is van der Corput's sequence; the others take the primitive polynomials over GF(2) in
 * the order of their degrees, as Sobol (1967) has it.  What is free, the first numbers of each
 * dimension, is chosen among random candidates so that pairs with other dimensions are filled
 * evenly: the criterion is the t-value of the two-dimensional projections (Joe and Kuo 2008), here
 * summed over sizes of 2^6 to 2^14 points and over the dimensions before. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { DIMENSIONS = 256, BITS = 32, CANDIDATES = 48, NEAR = 48, FIRST = 16, MOST_DEGREE = 12 };

static uint32_t v[DIMENSIONS][BITS];

/* x to the powers 1, 2, ... modulo the polynomial comes back to 1 after all 2^degree - 1 others. */
static int is_primitive(uint32_t polynomial, int degree)
{
    uint32_t x = 1, top = 1u << degree;
    for (uint32_t steps = 1;; steps++) {
        x <<= 1;
        if (x & top)
            x ^= polynomial;
        if (x == 1)
            return steps == top - 1;
        if (x == 0)
            return 0;
    }
}

static uint64_t state = 1;

/* SplitMix64 (Steele, Lea, Flood 2014). */
static uint64_t random_word(void)
{
    uint64_t z = state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

static void random_first_numbers(int degree, uint32_t *out)
{
    for (int k = 0; k < degree; k++)
        out[k] = ((uint32_t)(random_word() >> 32) | 1u) << (BITS - 1 - k);
    for (int k = 0; k < degree; k++)
        out[k] |= 1u << (BITS - 1 - k);
}

/* Sobol's recurrence: bit j of the polynomial, from the second highest on, says whether the number
 * j places before goes in. */
static void extend(uint32_t polynomial, int degree, uint32_t *out)
{
    for (int k = degree; k < BITS; k++) {
        out[k] = out[k - degree] ^ out[k - degree] >> degree;
        for (int j = 1; j < degree; j++)
            if (polynomial >> (degree - j) & 1)
                out[k] ^= out[k - j];
    }
}

/* Row `digit` of the generator matrix of 2^m points, as bits. */
static uint32_t row_of(const uint32_t *directions, int digit, int m)
{
    uint32_t row = 0;
    for (int k = 0; k < m; k++)
        row |= (directions[k] >> (BITS - 1 - digit) & 1) << k;
    return row;
}

/* Is the row independent of the basis, by leading bit, which then takes it in? */
static int join(uint32_t *basis, uint32_t row)
{
    while (row != 0) {
        int lead = 31 - __builtin_clz(row);
        if (basis[lead] == 0) {
            basis[lead] = row;
            return 1;
        }
        row ^= basis[lead];
    }
    return 0;
}

/* The t-value of two dimensions for 2^m points: m less the largest k for which the first a rows of
 * one and k - a of the other are independent, whatever a. */
static int t_value(const uint32_t *x, const uint32_t *y, int m)
{
    uint32_t first[BITS] = { 0 }, rows[BITS];
    int least = m;
    for (int k = 0; k < m; k++)
        rows[k] = row_of(y, k, m);
    for (int a = 0; a <= m; a++) {
        uint32_t basis[BITS];
        int b = 0;
        memcpy(basis, first, sizeof basis);
        while (a + b < least && join(basis, rows[b]))
            b++;
        if (a + b < least)
            least = a + b;
        if (a < m && !join(first, row_of(x, a, m)))
            break;
    }
    return m - least;
}

/* Gives up once it is as bad as the best so far. */
static double badness(int dimension, const uint32_t *candidate, double best)
{
    double sum = 0;
    for (int j = dimension - 1; j >= 0 && sum < best; j--) {
        if (j >= FIRST && j < dimension - NEAR)
            continue;
        for (int m = 6; m <= 14; m += 2) {
            double t = t_value(v[j], candidate, m);
            sum += t * t * t * t * t * t;
        }
    }
    return sum;
}

static void choose(int dimension, uint32_t polynomial, int degree)
{
    double best = INFINITY;
    for (int k = 0; k < CANDIDATES; k++) {
        uint32_t candidate[BITS] = { 0 };
        random_first_numbers(degree, candidate);
        extend(polynomial, degree, candidate);
        double bad = badness(dimension, candidate, best);
        if (bad < best) {
            best = bad;
            memcpy(v[dimension], candidate, sizeof candidate);
        }
    }
}

int main(void)
{
    int dimension = 1;
    for (int k = 0; k < BITS; k++)
        v[0][k] = 1u << (BITS - 1 - k);
    for (int degree = 1; degree <= MOST_DEGREE && dimension < DIMENSIONS; degree++)
        for (uint32_t low = 1; low < 1u << degree && dimension < DIMENSIONS; low += 2)
            if (is_primitive(1u << degree | low, degree))
                choose(dimension++, 1u << degree | low, degree);
    printf("#include \"flow/simulation/sobol.h\"\n\n"
           "const uint32_t sobol_directions[SOBOL_DIMENSIONS][SOBOL_BITS] = {\n");
    for (int d = 0; d < DIMENSIONS; d++) {
        printf("    {");
        for (int k = 0; k < BITS; k++)
            printf(" 0x%08xu,", v[d][k]);
        printf(" },\n");
    }
    printf("};\n");
    return dimension == DIMENSIONS ? 0 : 1;
}
