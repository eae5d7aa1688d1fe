/* What tests/test_peer_quantlib.c asks of QuantLib; tests/peer/quantlib.cc answers. */
#ifndef PEN_TESTS_PEER_QUANTLIB_H
#define PEN_TESTS_PEER_QUANTLIB_H

#ifdef __cplusplus
extern "C" {
#endif

/* side +1 call, -1 put; years are days / 365. */
typedef struct ql_option {
    double side, spot, strike, vol, rate, dividend;
    int expiry_days;
} ql_option;

enum { QL_BOUNDARY, QL_LEISEN_REIMER, QL_DIFFERENCES };

/* price, delta, gamma, vega, theta, rho */
void ql_european(const ql_option *o, double out[6]);
double ql_american(const ql_option *o, int method, unsigned steps);
/* kind: as pen_barrier_kind */
double ql_barrier(const ql_option *o, int kind, double barrier, double rebate);
double ql_lookback(const ql_option *o, int is_floating, double extreme);
/* n_looks must divide expiry_days */
double ql_geometric_asian(const ql_option *o, int n_looks);
double ql_heston(const ql_option *o, double v0, double kappa, double theta, double xi, double rho);
/* spot: the forward */
double ql_bachelier(const ql_option *o);

#ifdef __cplusplus
}
#endif
#endif
