/* The laws that risk is measured with. */
#ifndef PEN_RISK_DISTRIBUTION_H
#define PEN_RISK_DISTRIBUTION_H

double normal_density(double x);
double normal_below(double x);
/* x with normal_below(x) = p. */
double normal_quantile(double p);

/* Student's law with any degrees > 0; infinite: the normal law. */
double student_density(double x, double degrees);
double student_above(double x, double degrees);
double student_quantile(double p, double degrees);

#endif
