/* Book imbalance over several levels. */
#include "../../machine/base/status.h"
#include "penstock/tick.h"

pen_status pen_tick_book_imbalance(size_t n, size_t levels, const double *const *bid_size,
                                   const double *const *ask_size, double weight, double *out)
{
    if (levels == 0)
        return pen_fail(PEN_E_ARG, "pen_tick_book_imbalance: no levels, expected 1 or more");
    if (!(weight > 0 && weight <= 1))
        return pen_fail(PEN_E_ARG, "pen_tick_book_imbalance: weight %g, expected 0 to 1", weight);
    for (size_t i = 0; i < n; i++) {
        double difference = 0, total = 0, w = 1;
        for (size_t k = 0; k < levels; k++, w *= weight) {
            difference += w * (bid_size[k][i] - ask_size[k][i]);
            total += w * (bid_size[k][i] + ask_size[k][i]);
        }
        out[i] = total != 0 ? difference / total : 0;
    }
    return PEN_OK;
}
