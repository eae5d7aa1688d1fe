// QuantLib behind functions of C, for tests/test_peer_quantlib.c: one option a call.  A failure is NaN.
#include <ql/instruments/asianoption.hpp>
#include <ql/instruments/barrieroption.hpp>
#include <ql/instruments/lookbackoption.hpp>
#include <ql/instruments/vanillaoption.hpp>
#include <ql/models/equity/hestonmodel.hpp>
#include <ql/pricingengines/asian/analytic_discr_geom_av_price.hpp>
#include <ql/pricingengines/barrier/analyticbarrierengine.hpp>
#include <ql/pricingengines/blackformula.hpp>
#include <ql/pricingengines/lookback/analyticcontinuousfixedlookback.hpp>
#include <ql/pricingengines/lookback/analyticcontinuousfloatinglookback.hpp>
#include <ql/pricingengines/vanilla/analyticeuropeanengine.hpp>
#include <ql/pricingengines/vanilla/analytichestonengine.hpp>
#include <ql/pricingengines/vanilla/binomialengine.hpp>
#include <ql/pricingengines/vanilla/fdblackscholesvanillaengine.hpp>
#include <ql/pricingengines/vanilla/qdfpamericanengine.hpp>
#include <ql/processes/blackscholesprocess.hpp>
#include <ql/quotes/simplequote.hpp>
#include <ql/termstructures/volatility/equityfx/blackconstantvol.hpp>
#include <ql/termstructures/yield/flatforward.hpp>
#include <ql/time/calendars/nullcalendar.hpp>
#include <ql/time/daycounters/actual365fixed.hpp>

#include <cmath>
#include <limits>

#include "quantlib.h"

using namespace QuantLib;

namespace {

const DayCounter days = Actual365Fixed();

Date today()
{
    static const Date date(15, January, 2024);
    Settings::instance().evaluationDate() = date;
    return date;
}

Handle<YieldTermStructure> flat(double rate)
{
    return Handle<YieldTermStructure>(
        ext::make_shared<FlatForward>(today(), rate, days, Continuous));
}

ext::shared_ptr<BlackScholesMertonProcess> process_of(const ql_option *o)
{
    return ext::make_shared<BlackScholesMertonProcess>(
        Handle<Quote>(ext::make_shared<SimpleQuote>(o->spot)), flat(o->dividend), flat(o->rate),
        Handle<BlackVolTermStructure>(
            ext::make_shared<BlackConstantVol>(today(), NullCalendar(), o->vol, days)));
}

ext::shared_ptr<PlainVanillaPayoff> payoff_of(const ql_option *o)
{
    return ext::make_shared<PlainVanillaPayoff>(o->side > 0 ? Option::Call : Option::Put, o->strike);
}

ext::shared_ptr<Exercise> european(const ql_option *o)
{
    return ext::make_shared<EuropeanExercise>(today() + o->expiry_days);
}

template <class F> double guarded(F f)
{
    try {
        return f();
    } catch (...) {
        return std::numeric_limits<double>::quiet_NaN();
    }
}

} // namespace

void ql_european(const ql_option *o, double out[6])
{
    out[0] = guarded([&] {
        VanillaOption option(payoff_of(o), european(o));
        option.setPricingEngine(ext::make_shared<AnalyticEuropeanEngine>(process_of(o)));
        out[1] = option.delta();
        out[2] = option.gamma();
        out[3] = option.vega();
        out[4] = option.theta();
        out[5] = option.rho();
        return option.NPV();
    });
}

double ql_american(const ql_option *o, int method, unsigned steps)
{
    return guarded([&] {
        VanillaOption option(payoff_of(o), ext::make_shared<AmericanExercise>(
                                               today(), today() + o->expiry_days));
        auto process = process_of(o);
        ext::shared_ptr<PricingEngine> engine;
        if (method == QL_LEISEN_REIMER)
            engine = ext::make_shared<BinomialVanillaEngine<LeisenReimer>>(process, steps);
        else if (method == QL_DIFFERENCES)
            engine = ext::make_shared<FdBlackScholesVanillaEngine>(process, steps, 2 * steps);
        else
            engine = ext::make_shared<QdFpAmericanEngine>(
                process, QdFpAmericanEngine::highPrecisionScheme());
        option.setPricingEngine(engine);
        return option.NPV();
    });
}

double ql_barrier(const ql_option *o, int kind, double barrier, double rebate)
{
    static const Barrier::Type types[] = { Barrier::DownIn, Barrier::DownOut, Barrier::UpIn,
                                           Barrier::UpOut };
    return guarded([&] {
        BarrierOption option(types[kind], barrier, rebate, payoff_of(o), european(o));
        option.setPricingEngine(ext::make_shared<AnalyticBarrierEngine>(process_of(o)));
        return option.NPV();
    });
}

double ql_lookback(const ql_option *o, int is_floating, double extreme)
{
    return guarded([&]() -> double {
        if (is_floating) {
            ContinuousFloatingLookbackOption option(
                extreme,
                ext::make_shared<FloatingTypePayoff>(o->side > 0 ? Option::Call : Option::Put),
                european(o));
            option.setPricingEngine(
                ext::make_shared<AnalyticContinuousFloatingLookbackEngine>(process_of(o)));
            return option.NPV();
        }
        ContinuousFixedLookbackOption option(extreme, payoff_of(o), european(o));
        option.setPricingEngine(
            ext::make_shared<AnalyticContinuousFixedLookbackEngine>(process_of(o)));
        return option.NPV();
    });
}

double ql_geometric_asian(const ql_option *o, int n_looks)
{
    return guarded([&] {
        std::vector<Date> dates;
        for (int k = 1; k <= n_looks; k++)
            dates.push_back(today() + k * (o->expiry_days / n_looks));
        DiscreteAveragingAsianOption option(Average::Geometric, 1.0, 0, dates, payoff_of(o),
                                            european(o));
        option.setPricingEngine(
            ext::make_shared<AnalyticDiscreteGeometricAveragePriceAsianEngine>(process_of(o)));
        return option.NPV();
    });
}

double ql_heston(const ql_option *o, double v0, double kappa, double theta, double xi, double rho)
{
    return guarded([&] {
        auto process = ext::make_shared<HestonProcess>(
            flat(o->rate), flat(o->dividend),
            Handle<Quote>(ext::make_shared<SimpleQuote>(o->spot)), v0, kappa, theta, xi, rho);
        VanillaOption option(payoff_of(o), european(o));
        option.setPricingEngine(
            ext::make_shared<AnalyticHestonEngine>(ext::make_shared<HestonModel>(process), 192));
        return option.NPV();
    });
}

double ql_bachelier(const ql_option *o)
{
    return guarded([&] {
        double t = o->expiry_days / 365.0;
        return bachelierBlackFormula(o->side > 0 ? Option::Call : Option::Put, o->strike, o->spot,
                                     o->vol * std::sqrt(t), std::exp(-o->rate * t));
    });
}
