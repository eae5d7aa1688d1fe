/* Goals that are no quadratic program: see goal.c for those that are. */
#ifndef PEN_PORTFOLIO_GOALS_H
#define PEN_PORTFOLIO_GOALS_H

#include "program.h"

/* Each writes program->weights, *objective and *residual, that of its own conditions. */

/* risk_parity.c */
pen_status goal_risk_parity(program *g, const double *budget, double *objective, double *residual);
/* hierarchical.c */
pen_status goal_hierarchical(program *g, double *objective);
/* kelly.c */
pen_status goal_kelly(program *g, double *objective, double *residual);
/* planes.c: CVAR and drawdowns */
pen_status goal_scenarios(program *g, const pen_goal_params *params, double *objective,
                          double *residual);

#endif
