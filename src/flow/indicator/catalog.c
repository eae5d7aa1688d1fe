/* The catalogue: all families in one list. */
#include <string.h>

#include "family.h"

static const ind_family *const families[] = {
    &ind_average_family,    &ind_band_family,       &ind_trend_family,       &ind_momentum_family,
    &ind_oscillator_family, &ind_stochastic_family, &ind_directional_family, &ind_volatility_family,
    &ind_realised_family,   &ind_volume_family,     &ind_session_family,     &ind_price_family,
    &ind_statistic_family,  &ind_cycle_family,      &ind_function_family,    &ind_candle_family,
};

static const ind_entry *entry_at(size_t index)
{
    for (size_t f = 0; f < PEN_COUNT(families); f++) {
        if (index < families[f]->count)
            return &families[f]->entries[index];
        index -= families[f]->count;
    }
    return NULL;
}

size_t pen_indicator_count(void)
{
    size_t count = 0;
    for (size_t f = 0; f < PEN_COUNT(families); f++)
        count += families[f]->count;
    return count;
}

const pen_indicator *pen_indicator_at(size_t index)
{
    const ind_entry *entry = entry_at(index);
    return entry != NULL ? &entry->about : NULL;
}

const ind_entry *ind_entry_find(const char *name)
{
    const ind_entry *entry;
    for (size_t i = 0; (entry = entry_at(i)) != NULL; i++)
        if (strcmp(entry->about.name, name) == 0)
            return entry;
    return NULL;
}

const pen_indicator *pen_indicator_find(const char *name)
{
    const ind_entry *entry = ind_entry_find(name);
    return entry != NULL ? &entry->about : NULL;
}
