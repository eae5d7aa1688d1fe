/* Penstock: GPU-accelerated quantitative computing for trading.
 *
 * The order of this list is the flow of data and the order of dependency: a
 * header may include only those above it. */
#ifndef PENSTOCK_H
#define PENSTOCK_H

/* clang-format off */
#include "penstock/status.h"
#include "penstock/log.h"
#include "penstock/device.h"
#include "penstock/memory.h"
#include "penstock/panel.h"
#include "penstock/market.h"
#include "penstock/synth.h"
#include "penstock/indicator.h"
#include "penstock/statistic.h"
#include "penstock/covariance.h"
#include "penstock/pattern.h"
#include "penstock/tick.h"
#include "penstock/pricing.h"
#include "penstock/surface.h"
#include "penstock/american.h"
#include "penstock/exotic.h"
#include "penstock/simulation.h"
#include "penstock/portfolio.h"
#include "penstock/risk.h"
#include "penstock/report.h"
/* clang-format on */

#endif
