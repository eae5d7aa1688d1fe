/* What `penstock price` does beside European options. */
#ifndef PEN_RUN_PRICE_H
#define PEN_RUN_PRICE_H

#include "chain.h"

/* --exercise american: spec has its inputs and the model. */
pen_status price_american(cli *c, pen_model model, chain_spec *spec);

/* --option barrier, lookback or asian, counted from 1; likewise. */
pen_status price_exotic(cli *c, int option, pen_model model, chain_spec *spec);

#endif
