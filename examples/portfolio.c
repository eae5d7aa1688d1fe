/* Two portfolios of three assets: the best Sharpe ratio with at most half in one of them, and what
 * happens when too much return is asked for. */
#include <stdio.h>

#include <penstock/penstock.h>

int main(void)
{
    static const char *const names[] = { "bonds", "stocks", "gold" };
    static const double mean[] = { 0.03, 0.08, 0.05 };
    static const double covariance[] = {
        0.0025, 0.001, 0.0, 0.001, 0.04, 0.003, 0.0, 0.003, 0.0225
    };
    static const double most[] = { 0.5, 0.5, 0.5 };
    const pen_portfolio portfolio = {
        .n = 3, .mean = mean, .covariance = covariance, .upper = most, .names = names
    };
    pen_goal_params goal = pen_goal_params_default();
    pen_portfolio_answer answer;
    double weights[3];

    goal.goal = PEN_GOAL_MAX_SHARPE;
    goal.risk_free = 0.02;
    if (pen_portfolio_optimize(&portfolio, &goal, weights, &answer) != PEN_OK) {
        fprintf(stderr, "%s\n", pen_last_error());
        return 1;
    }
    for (size_t i = 0; i < 3; i++)
        printf("%-7s %6.4f\n", names[i], weights[i]);
    printf("ratio   %6.4f, residual %.0e\n", answer.objective, answer.kkt_residual);

    goal.goal = PEN_GOAL_TARGET_RETURN;
    goal.target = 0.07;
    if (pen_portfolio_optimize(&portfolio, &goal, weights, &answer) == PEN_E_INFEASIBLE)
        printf("7 %% is %.4f more than there is\n", answer.shortfall);
    return 0;
}
