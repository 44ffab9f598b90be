/* Written by python -m tests.engine_rules from the records in autograd/rules: not to be edited.

   A value and its local gradients are computed from x, the operands and then the constants; for the gradients the
   output stands last. Each function returns 0, or another number where Python's would raise. */
#define TABLE_DIGEST "d4b77796b356daa9"

static double ag_flat(double x_1, int *raised);
static double ag_step(double x_1, int *raised);
static double ag_sign(double x_1, int *raised);
static double ag_larger_share(double x_1, double y_1, int *raised);
static double ag_relu(double x_1, int *raised);
static double ag_leaky_relu(double x_1, double slope_1, int *raised);
static double ag_maximum(double x_1, double y_1, int *raised);
static double ag_minimum(double x_1, double y_1, int *raised);
static double ag_clip(double x_1, double low_1, double high_1, int *raised);
static double ag_nonzero(double x_1, int *raised);
static double ag_where(double condition_1, double x_1, double y_1, int *raised);
static double ag_identity(double x_1, int *raised);
static double ag_square(double x_1, int *raised);
static double ag_one_minus_square(double x_1, int *raised);
static double ag_divisor(double x, int *raised);
static double ag_quotient_by_square(double x_1, double y_1, int *raised);
static double ag_positive_quotient(double x_1, double y_1, int *raised);
static double ag_reciprocal(double x_1, int *raised);
static double ag_pow(double x, double y, int *raised);
static double ag_power(double x_1, double y_1, int *raised);
static int ag_is_integer(double x);
static double ag_power_slope_at_an_end(double x_1, double y_1, double lowered_1, int *raised);
static double ag_log(double x, int *raised);
static double ag_sum_error(double x_1, double y_1, double total_1, int *raised);
static double ag_power_slope(double x_1, double y_1, int *raised);
static double ag_power_log(double x_1, double y_1, int *raised);
static double ag_sqrt(double x, int *raised);
static double ag_frexp(double x, int part);
static double ag_modulo(double x, double y);
static double ag_scaled(double x, double n);
static double ag_ldexp(double x, double y, int *raised);
static double ag_rest_of_product(double x_1, double y_1, double product_1, int *raised);
static double ag_product_error(double x_1, double y_1, double product_1, int *raised);
static double ag_floor_divide(double x, double y);
static double ag_cbrt_2(double x_1, int *raised);
static double ag_exp(double x, int *raised);
static double ag_exp2(double x, int *raised);
static double ag_expm1(double x, int *raised);
static double ag_log1p(double x, int *raised);
static double ag_log2(double x, int *raised);
static double ag_log10(double x, int *raised);
static double ag_sinh(double x, int *raised);
static double ag_cosh(double x, int *raised);
static double ag_sech_squared(double x_1, int *raised);
static double ag_acosh(double x, int *raised);
static double ag_atanh(double x, int *raised);
static double ag_sigmoid(double x_1, int *raised);
static double ag_softplus(double x_1, int *raised);
static double ag_log_sigmoid(double x_1, int *raised);
static double ag_silu(double x_1, int *raised);
static double ag_polynomial(double t_1, int *raised);
static double ag_silu_slope(double x_1, int *raised);
static double ag_elu(double x_1, double alpha_1, int *raised);
static double ag_softsign(double x_1, int *raised);
static double ag_exp_difference(double x_1, double y_1, int *raised);
static double ag_relative_exp(double x_1, double y_1, int *raised);
static double ag_sigmoid_difference(double x_1, double y_1, int *raised);
static double ag_logaddexp(double x_1, double y_1, int *raised);
static double ag_fmod(double x, double y, int *raised);
static double ag_floor(double x, int *raised);
static double ag_polynomial_2(double t_1, int *raised);
static double ag_lgamma_near_zeros(double from_one_1, double from_two_1, double x_1, int *raised);
static double ag_weighted_gamma(double weight_1, double x_1, int *raised);
static double ag_gamma_2(double x_1, int *raised);
static double ag_polynomial_3(double t_1, int *raised);
static double ag_digamma_near_zero_crossing(double x_1, int *raised);
static double ag_digamma_above_zero(double x_1, int *raised);
static double ag_remainder(double x, double y, int *raised);
static double ag_tan(double x, int *raised);
static double ag_cotangent(double x_1, int *raised);
static double ag_digamma(double x_1, int *raised);
static double ag_stirling(double x_1, int *raised);
static double ag_lgamma_above_zero(double x_1, int *raised);
static double ag_sin(double x, int *raised);
static double ag_lgamma_below_zero(double x_1, int *raised);
static double ag_lgamma_2(double x_1, int *raised);
static double ag_factorial(double n_1, int *raised);
static double ag_pole_sum(double x_1, double n_1, int *raised);
static double ag_polygamma(double x_1, double order_1, int *raised);
static double ag_scaled_gaussian(double factor_1, double square_1, double lost_1, int *raised);
static double ag_gaussian(double x_1, int *raised);
static double ag_polynomial_4(double t_1, int *raised);
static double ag_erf_near_zero(double x_1, int *raised);
static double ag_scaled_erfc(double x_1, double away_1, double lost_1, int *raised);
static double ag_erfc_tail(double x_1, int *raised);
static double ag_erfc_2(double x_1, int *raised);
static double ag_scaled_tail(double x_1, double lost_1, int *raised);
static double ag_weighted_tail(double weight_1, double x_1, int *raised);
static double ag_norm_cdf(double x_1, int *raised);
static double ag_weighted_norm_pdf(double weight_1, double x_1, int *raised);
static double ag_norm_pdf(double x_1, int *raised);
static double ag_gelu(double x_1, int *raised);
static double ag_polynomial_5(double t_1, int *raised);
static double ag_gelu_slope(double x_1, int *raised);
static double ag_floor_2(double x_1, int *raised);
static double ag_ceil(double x, int *raised);
static double ag_ceil_2(double x_1, int *raised);
static double ag_trunc_2(double x_1, int *raised);
static double ag_nearest(double x_1, int *raised);
static double ag_lost_by_product(double x_1, double y_1, double product_1, int *raised);
static double ag_round(double x_1, double digits_1, int *raised);
static double ag_floordiv(double x_1, double y_1, int *raised);
static double ag_mod(double x_1, double y_1, int *raised);
static double ag_softmax_share(double part_1, double others_1, int *raised);
static double ag_greater(double x_1, double y_1, int *raised);
static double ag_greater_equal(double x_1, double y_1, int *raised);
static double ag_less(double x_1, double y_1, int *raised);
static double ag_less_equal(double x_1, double y_1, int *raised);
static double ag_equal(double x_1, double y_1, int *raised);
static double ag_not_equal(double x_1, double y_1, int *raised);
static double ag_stop_gradient(double x_1, int *raised);
static double ag_is_either(double x_1, double first_1, double second_1, int *raised);
static double ag_cos(double x, int *raised);
static double ag_asin(double x, int *raised);
static double ag_acos(double x, int *raised);
static double ag_angle_slope(double x_1, double y_1, int *raised);
static double ag_sin_pi(double x_1, int *raised);
static double ag_sinc(double x_1, int *raised);
static double ag_sinc_series(double x_1, double order_1, int *raised);
static double ag_cos_pi(double x_1, int *raised);
static double ag_sinc_derivative(double x_1, double order_1, int *raised);

static double ag_flat(double x_1, int *raised)
{
    if (*raised) return 0.0;
    return ((x_1 == x_1) ? 0.0 : x_1);
}

static double ag_step(double x_1, int *raised)
{
    if (*raised) return 0.0;
    return ((x_1 > 0.0) ? 1.0 : ((x_1 <= 0.0) ? 0.0 : x_1));
}

static double ag_sign(double x_1, int *raised)
{
    if (*raised) return 0.0;
    return ((x_1 > 0.0) ? 1.0 : ((x_1 < 0.0) ? (-1.0) : ((x_1 == 0.0) ? 0.0 : x_1)));
}

static double ag_larger_share(double x_1, double y_1, int *raised)
{
    if (*raised) return 0.0;
    return ((x_1 > y_1) ? 1.0 : ((x_1 < y_1) ? 0.0 : ((x_1 == y_1) ? 0.5 : NAN)));
}

static double ag_relu(double x_1, int *raised)
{
    if (*raised) return 0.0;
    return ((x_1 <= 0.0) ? 0.0 : x_1);
}

static double ag_leaky_relu(double x_1, double slope_1, int *raised)
{
    if (*raised) return 0.0;
    return ((x_1 > 0.0) ? x_1 : (slope_1 * x_1));
}

static double ag_maximum(double x_1, double y_1, int *raised)
{
    if (*raised) return 0.0;
    return (((x_1 > y_1) || (x_1 != x_1)) ? x_1 : y_1);
}

static double ag_minimum(double x_1, double y_1, int *raised)
{
    if (*raised) return 0.0;
    return (((x_1 < y_1) || (x_1 != x_1)) ? x_1 : y_1);
}

static double ag_clip(double x_1, double low_1, double high_1, int *raised)
{
    if (*raised) return 0.0;
    if ((!(low_1 <= high_1))) {
        if (!*raised) *raised = 2;
        return 0.0;
    }
    return ((x_1 < low_1) ? low_1 : ((x_1 > high_1) ? high_1 : x_1));
}

static double ag_nonzero(double x_1, int *raised)
{
    if (*raised) return 0.0;
    return ((x_1 != 0.0) ? 1.0 : 0.0);
}

static double ag_where(double condition_1, double x_1, double y_1, int *raised)
{
    if (*raised) return 0.0;
    return ((condition_1 != 0.0) ? x_1 : y_1);
}

static double ag_identity(double x_1, int *raised)
{
    if (*raised) return 0.0;
    return x_1;
}

static double ag_square(double x_1, int *raised)
{
    if (*raised) return 0.0;
    return (x_1 * x_1);
}

static double ag_one_minus_square(double x_1, int *raised)
{
    if (*raised) return 0.0;
    return ((1.0 - x_1) * (1.0 + x_1));
}

static double ag_divisor(double x, int *raised)
{
    if (x == 0.0 && !*raised) *raised = 2;
    return x;
}

static double ag_quotient_by_square(double x_1, double y_1, int *raised)
{
    double quotient_1, t_1;
    if (*raised) return 0.0;
    quotient_1 = (x_1 / ag_divisor(y_1, raised));
    if (((fabs(quotient_1) > 9.332636185032189e-302) || (fabs(y_1) >= 1.0))) {
        return (quotient_1 / ag_divisor(y_1, raised));
    }
    t_1 = ((x_1 * 1.2676506002282294e+30) / ag_divisor(y_1, raised));
    return (t_1 / ag_divisor((y_1 * 1.2676506002282294e+30), raised));
}

static double ag_positive_quotient(double x_1, double y_1, int *raised)
{
    if (*raised) return 0.0;
    return (((y_1 > 0.0) || (y_1 != y_1)) ? (x_1 / ag_divisor(y_1, raised)) : ((y_1 == 0.0) ? copysign(INFINITY, x_1) : NAN));
}

static double ag_reciprocal(double x_1, int *raised)
{
    if (*raised) return 0.0;
    return (1.0 / ag_divisor(x_1, raised));
}

static double ag_pow(double x, double y, int *raised)
{
    const double value = pow(x, y);
    if (*raised) return value;
    if (isnan(value) && !isnan(x) && !isnan(y)) *raised = 2;
    else if (isinf(value) && isfinite(x) && isfinite(y)) *raised = (x == 0.0) ? 2 : 1;
    return value;
}

static double ag_power(double x_1, double y_1, int *raised)
{
    if (*raised) return 0.0;
    if (((x_1 == 0.0) && (((-INFINITY) < y_1) && (y_1 < 0.0)))) {
        if (!*raised) *raised = 2;
        return 0.0;
    }
    return ag_pow(x_1, y_1, raised);
}

static int ag_is_integer(double x)
{
    return isfinite(x) && floor(x) == x;
}

static double ag_power_slope_at_an_end(double x_1, double y_1, double lowered_1, int *raised)
{
    double power_1;
    if (*raised) return 0.0;
    if ((((x_1 < 0.0) && (!isinf(y_1))) && (!ag_is_integer(y_1)))) {
        return NAN;
    }
    power_1 = ag_power(x_1, lowered_1, raised);
    return ((power_1 != 0.0) ? (y_1 * power_1) : (power_1 * copysign(1.0, y_1)));
}

static double ag_log(double x, int *raised)
{
    const double value = log(x);
    if (*raised) return value;
    if (isnan(value) && !isnan(x)) *raised = 2;
    else if (isinf(value) && isfinite(x)) *raised = (1) ? 2 : 1;
    return value;
}

static double ag_sum_error(double x_1, double y_1, double total_1, int *raised)
{
    double rest_1;
    if (*raised) return 0.0;
    rest_1 = (total_1 - x_1);
    return ((x_1 - (total_1 - rest_1)) + (y_1 - rest_1));
}

static double ag_power_slope(double x_1, double y_1, int *raised)
{
    double lowered_1, magnitude_1, log_x_1, correction_1, slope_1, root_1, correction_2;
    if (*raised) return 0.0;
    lowered_1 = (y_1 - 1.0);
    if ((y_1 == 0.0)) {
        return 0.0;
    }
    if (((x_1 != x_1) || (y_1 != y_1))) {
        return (x_1 + y_1);
    }
    if ((((x_1 == 0.0) || isinf(x_1)) || isinf(y_1))) {
        return ag_power_slope_at_an_end(x_1, y_1, lowered_1, raised);
    }
    magnitude_1 = fabs(x_1);
    log_x_1 = ag_log(magnitude_1, raised);
    correction_1 = (ag_sum_error(y_1, (-1.0), lowered_1, raised) * log_x_1);
    if ((fabs((lowered_1 * log_x_1)) < 690.0)) {
        slope_1 = ag_pow(x_1, lowered_1, raised);
        return (y_1 * (slope_1 + (slope_1 * correction_1)));
    }
    root_1 = ag_pow(magnitude_1, (0.5 * lowered_1), raised);
    if ((fabs(correction_1) > 0.5)) {
        correction_2 = 0.0;
    }
    else {
        correction_2 = correction_1;
    }
    return (((y_1 * ag_pow(copysign(1.0, x_1), lowered_1, raised)) * (root_1 * (1.0 + correction_2))) * root_1);
}

static double ag_power_log(double x_1, double y_1, int *raised)
{
    double log_x_1, power_1, root_1;
    if (*raised) return 0.0;
    if ((x_1 < 0.0)) {
        return NAN;
    }
    if ((x_1 == 0.0)) {
        return ((y_1 >= 0.0) ? 0.0 : (y_1 * INFINITY));
    }
    log_x_1 = ag_log(x_1, raised);
    if ((!((690.0 < fabs((y_1 * log_x_1))) && (fabs((y_1 * log_x_1)) < INFINITY)))) {
        power_1 = ag_pow(x_1, y_1, raised);
        return ((power_1 != 0.0) ? (power_1 * log_x_1) : copysign(power_1, log_x_1));
    }
    root_1 = ag_pow(x_1, (0.5 * y_1), raised);
    return ((root_1 * log_x_1) * root_1);
}

static double ag_sqrt(double x, int *raised)
{
    const double value = sqrt(x);
    if (*raised) return value;
    if (isnan(value) && !isnan(x)) *raised = 2;
    else if (isinf(value) && isfinite(x)) *raised = (0) ? 2 : 1;
    return value;
}

static double ag_frexp(double x, int part)
{
    int exponent = 0;
    const double mantissa = isfinite(x) ? frexp(x, &exponent) : x;
    return part ? exponent : mantissa;
}

static double ag_modulo(double x, double y)
{
    const double rest = fmod(x, y);
    if (rest == 0.0) return copysign(0.0, y);
    return (rest < 0.0) == (y < 0.0) ? rest : rest + y;
}

static double ag_scaled(double x, double n)
{
    return ldexp(x, (int)(n > 4000.0 ? 4000.0 : n < -4000.0 ? -4000.0 : n));
}

static double ag_ldexp(double x, double y, int *raised)
{
    const double value = ag_scaled(x, y);
    if (*raised) return value;
    if (isnan(value) && !isnan(x) && !isnan(y)) *raised = 2;
    else if (isinf(value) && isfinite(x) && isfinite(y)) *raised = (0) ? 2 : 1;
    return value;
}

static double ag_rest_of_product(double x_1, double y_1, double product_1, int *raised)
{
    double big_1, x_high_1, x_low_1, big_2, y_high_1, y_low_1;
    if (*raised) return 0.0;
    big_1 = (134217729.0 * x_1);
    x_high_1 = (big_1 - (big_1 - x_1));
    x_low_1 = (x_1 - x_high_1);
    big_2 = (134217729.0 * y_1);
    y_high_1 = (big_2 - (big_2 - y_1));
    y_low_1 = (y_1 - y_high_1);
    return (((((x_high_1 * y_high_1) - product_1) + (x_high_1 * y_low_1)) + (x_low_1 * y_high_1)) + (x_low_1 * y_low_1));
}

static double ag_product_error(double x_1, double y_1, double product_1, int *raised)
{
    if (*raised) return 0.0;
    if ((!((1.0261342003245941e-289 < fabs(product_1)) && (fabs(product_1) < 1.1235582092889474e+307)))) {
        return (((x_1 == 0.0) || (y_1 == 0.0)) ? 0.0 : NAN);
    }
    if (((fabs(x_1) > 3.3484643974570854e+299) || (fabs(y_1) > 3.3484643974570854e+299))) {
        return NAN;
    }
    return ag_rest_of_product(x_1, y_1, product_1, raised);
}

static double ag_floor_divide(double x, double y)
{
    const double rest = fmod(x, y);
    double quotient = (x - rest) / y;
    if (rest != 0.0 && (rest < 0.0) != (y < 0.0)) quotient -= 1.0;
    if (quotient == 0.0) return copysign(0.0, x / y);
    return quotient - floor(quotient) > 0.5 ? floor(quotient) + 1.0 : floor(quotient);
}

static double ag_cbrt_2(double x_1, int *raised)
{
    double mantissa_1, exponent_1, shift_1, mantissa_2, root_1, squared_1, cubed_1, t_1, residual_1, t_2;
    if (*raised) return 0.0;
    if (((x_1 == 0.0) || (!isfinite(x_1)))) {
        return x_1;
    }
    mantissa_1 = ag_frexp(x_1, 0);
    exponent_1 = ag_frexp(x_1, 1);
    shift_1 = (ag_modulo(((-exponent_1) + 0.0), ag_divisor(3.0, raised)) + 0.0);
    mantissa_2 = ag_ldexp(mantissa_1, ((-shift_1) + 0.0), raised);
    root_1 = copysign(ag_pow(fabs(mantissa_2), 0.3333333333333333, raised), x_1);
    squared_1 = (root_1 * root_1);
    cubed_1 = (squared_1 * root_1);
    t_1 = ((cubed_1 - mantissa_2) + ag_product_error(squared_1, root_1, cubed_1, raised));
    residual_1 = (t_1 + (ag_product_error(root_1, root_1, squared_1, raised) * root_1));
    t_2 = (root_1 - (residual_1 / ag_divisor((3.0 * squared_1), raised)));
    return ag_ldexp(t_2, (ag_floor_divide((exponent_1 + shift_1), ag_divisor(3.0, raised)) + 0.0), raised);
}

static double ag_exp(double x, int *raised)
{
    const double value = exp(x);
    if (*raised) return value;
    if (isnan(value) && !isnan(x)) *raised = 2;
    else if (isinf(value) && isfinite(x)) *raised = (0) ? 2 : 1;
    return value;
}

static double ag_exp2(double x, int *raised)
{
    const double value = exp2(x);
    if (*raised) return value;
    if (isnan(value) && !isnan(x)) *raised = 2;
    else if (isinf(value) && isfinite(x)) *raised = (0) ? 2 : 1;
    return value;
}

static double ag_expm1(double x, int *raised)
{
    const double value = expm1(x);
    if (*raised) return value;
    if (isnan(value) && !isnan(x)) *raised = 2;
    else if (isinf(value) && isfinite(x)) *raised = (0) ? 2 : 1;
    return value;
}

static double ag_log1p(double x, int *raised)
{
    const double value = log1p(x);
    if (*raised) return value;
    if (isnan(value) && !isnan(x)) *raised = 2;
    else if (isinf(value) && isfinite(x)) *raised = (1) ? 2 : 1;
    return value;
}

static double ag_log2(double x, int *raised)
{
    const double value = log2(x);
    if (*raised) return value;
    if (isnan(value) && !isnan(x)) *raised = 2;
    else if (isinf(value) && isfinite(x)) *raised = (1) ? 2 : 1;
    return value;
}

static double ag_log10(double x, int *raised)
{
    const double value = log10(x);
    if (*raised) return value;
    if (isnan(value) && !isnan(x)) *raised = 2;
    else if (isinf(value) && isfinite(x)) *raised = (1) ? 2 : 1;
    return value;
}

static double ag_sinh(double x, int *raised)
{
    const double value = sinh(x);
    if (*raised) return value;
    if (isnan(value) && !isnan(x)) *raised = 2;
    else if (isinf(value) && isfinite(x)) *raised = (0) ? 2 : 1;
    return value;
}

static double ag_cosh(double x, int *raised)
{
    const double value = cosh(x);
    if (*raised) return value;
    if (isnan(value) && !isnan(x)) *raised = 2;
    else if (isinf(value) && isfinite(x)) *raised = (0) ? 2 : 1;
    return value;
}

static double ag_sech_squared(double x_1, int *raised)
{
    double small_1;
    if (*raised) return 0.0;
    small_1 = ag_exp(((-2.0) * fabs(x_1)), raised);
    return ((4.0 * small_1) / ag_divisor((1.0 + (small_1 * (2.0 + small_1))), raised));
}

static double ag_acosh(double x, int *raised)
{
    const double value = acosh(x);
    if (*raised) return value;
    if (isnan(value) && !isnan(x)) *raised = 2;
    else if (isinf(value) && isfinite(x)) *raised = (0) ? 2 : 1;
    return value;
}

static double ag_atanh(double x, int *raised)
{
    const double value = atanh(x);
    if (*raised) return value;
    if (isnan(value) && !isnan(x)) *raised = 2;
    else if (isinf(value) && isfinite(x)) *raised = (1) ? 2 : 1;
    return value;
}

static double ag_sigmoid(double x_1, int *raised)
{
    double small_1;
    if (*raised) return 0.0;
    small_1 = ag_exp((-fabs(x_1)), raised);
    return (((x_1 >= 0.0) ? 1.0 : small_1) / ag_divisor((1.0 + small_1), raised));
}

static double ag_softplus(double x_1, int *raised)
{
    if (*raised) return 0.0;
    return (((x_1 >= 0.0) ? x_1 : 0.0) + ag_log1p(ag_exp((-fabs(x_1)), raised), raised));
}

static double ag_log_sigmoid(double x_1, int *raised)
{
    if (*raised) return 0.0;
    return (-ag_softplus((-x_1), raised));
}

static double ag_silu(double x_1, int *raised)
{
    double small_1;
    if (*raised) return 0.0;
    small_1 = ag_exp(((x_1 > (-700.0)) ? (-fabs(x_1)) : (0.5 * x_1)), raised);
    if ((x_1 > (-700.0))) {
        return ((x_1 * ((x_1 >= 0.0) ? 1.0 : small_1)) / ag_divisor((1.0 + small_1), raised));
    }
    if ((x_1 > (-1500.0))) {
        return ((x_1 * small_1) * small_1);
    }
    return ((x_1 < 0.0) ? (-0.0) : x_1);
}

static double ag_polynomial(double t_1, int *raised)
{
    double square_1, even_1, odd_1, even_2, odd_2, even_3, odd_3, even_4, odd_4, even_5, odd_5, even_6, odd_6, even_7, odd_7, even_8, odd_8, even_9, odd_9, even_10, odd_10, even_11, odd_11, even_12, odd_12, odd_13;
    if (*raised) return 0.0;
    square_1 = (t_1 * t_1);
    even_1 = ((0.0 * square_1) + 5.608969976813118e-12);
    odd_1 = ((0.0 * square_1) + 0.0);
    even_2 = ((even_1 * square_1) + (-6.266790586863372e-11));
    odd_2 = ((odd_1 * square_1) + 1.2320904022698717e-11);
    even_3 = ((even_2 * square_1) + 9.086291425104802e-11);
    odd_3 = ((odd_2 * square_1) + (-2.7177635758640343e-10));
    even_4 = ((even_3 * square_1) + 6.0671162175936565e-09);
    odd_4 = ((odd_3 * square_1) + 3.011049051824548e-09);
    even_5 = ((even_4 * square_1) + (-1.0023868176547946e-07));
    odd_5 = ((odd_4 * square_1) + (-1.6452287195765725e-08));
    even_6 = ((even_5 * square_1) + 8.416571790594437e-07);
    odd_6 = ((odd_5 * square_1) + (-6.898018904142246e-08));
    even_7 = ((even_6 * square_1) + (-2.1623436156955237e-06));
    odd_7 = ((odd_6 * square_1) + 2.6370499302242443e-06);
    even_8 = ((even_7 * square_1) + (-4.862059072129349e-05));
    odd_8 = ((odd_7 * square_1) + (-3.046225796150826e-05));
    even_9 = ((even_8 * square_1) + 0.0008345384003157243);
    odd_9 = ((odd_8 * square_1) + 0.0001755175292397288);
    even_10 = ((even_9 * square_1) + (-0.0065787144309424));
    odd_10 = ((odd_9 * square_1) + 0.000266109246821406);
    even_11 = ((even_10 * square_1) + 0.01754281645338587);
    odd_11 = ((odd_10 * square_1) + (-0.01597347085951649));
    even_12 = ((even_11 * square_1) + 0.22200093420538744);
    odd_12 = ((odd_11 * square_1) + 0.14768571238462563);
    odd_13 = (t_1 * odd_12);
    return (even_12 + odd_13);
}

static double ag_silu_slope(double x_1, int *raised)
{
    double small_1, t_1, t_2;
    if (*raised) return 0.0;
    if ((fabs((x_1 + 1.25)) < 1.0)) {
        return (ag_polynomial((x_1 + 1.25), raised) * ((x_1 + 1.2784645427610737) + 1.0946994183093437e-16));
    }
    small_1 = ag_exp(((x_1 > (-700.0)) ? (-fabs(x_1)) : (0.5 * x_1)), raised);
    if ((x_1 >= 0.0)) {
        if ((small_1 != 0.0)) {
            t_1 = (1.0 + (x_1 * (small_1 / ag_divisor((1.0 + small_1), raised))));
            t_2 = (t_1 / ag_divisor((1.0 + small_1), raised));
        }
        else {
            t_2 = 1.0;
        }
        return t_2;
    }
    if ((x_1 > (-700.0))) {
        return ((((1.0 + x_1) + small_1) / ag_divisor((1.0 + (small_1 * (2.0 + small_1))), raised)) * small_1);
    }
    if ((x_1 > (-1500.0))) {
        return (((1.0 + x_1) * small_1) * small_1);
    }
    return ((x_1 < 0.0) ? (-0.0) : x_1);
}

static double ag_elu(double x_1, double alpha_1, int *raised)
{
    if (*raised) return 0.0;
    return ((x_1 > 0.0) ? x_1 : (alpha_1 * ag_expm1(x_1, raised)));
}

static double ag_softsign(double x_1, int *raised)
{
    if (*raised) return 0.0;
    return (isinf(x_1) ? copysign(1.0, x_1) : (x_1 / ag_divisor((1.0 + fabs(x_1)), raised)));
}

static double ag_exp_difference(double x_1, double y_1, int *raised)
{
    double difference_1, power_1, rest_1;
    if (*raised) return 0.0;
    difference_1 = (x_1 - y_1);
    power_1 = ag_exp(difference_1, raised);
    if ((((-800.0) < difference_1) && (difference_1 < 709.782712893384))) {
        rest_1 = (difference_1 - x_1);
        return (power_1 + (power_1 * ((x_1 - (difference_1 - rest_1)) - (y_1 + rest_1))));
    }
    return power_1;
}

static double ag_relative_exp(double x_1, double y_1, int *raised)
{
    if (*raised) return 0.0;
    return ((x_1 == y_1) ? 1.0 : ag_exp_difference(x_1, y_1, raised));
}

static double ag_sigmoid_difference(double x_1, double y_1, int *raised)
{
    double small_1;
    if (*raised) return 0.0;
    if ((x_1 == y_1)) {
        return 0.5;
    }
    small_1 = ((x_1 < y_1) ? ag_exp_difference(x_1, y_1, raised) : ag_exp_difference(y_1, x_1, raised));
    return (((x_1 < y_1) ? small_1 : 1.0) / ag_divisor((1.0 + small_1), raised));
}

static double ag_logaddexp(double x_1, double y_1, int *raised)
{
    double larger_1;
    if (*raised) return 0.0;
    if ((x_1 == y_1)) {
        return (x_1 + 0.6931471805599453);
    }
    larger_1 = ((x_1 > y_1) ? x_1 : y_1);
    return (larger_1 + ag_log1p(ag_exp_difference(((x_1 > y_1) ? y_1 : x_1), larger_1, raised), raised));
}

static double ag_fmod(double x, double y, int *raised)
{
    const double value = fmod(x, y);
    if (*raised) return value;
    if (isnan(value) && !isnan(x) && !isnan(y)) *raised = 2;
    else if (isinf(value) && isfinite(x) && isfinite(y)) *raised = (0) ? 2 : 1;
    return value;
}

static double ag_floor(double x, int *raised)
{
    if (!*raised && !isfinite(x)) *raised = isnan(x) ? 2 : 1;
    return floor(x);
}

static double ag_polynomial_2(double t_1, int *raised)
{
    double square_1, even_1, odd_1, even_2, odd_2, even_3, odd_3, even_4, odd_4, even_5, odd_5, even_6, odd_6, even_7, odd_7, even_8, odd_8, even_9, odd_9, even_10, odd_10, even_11, odd_11, even_12, odd_12, even_13, odd_13, even_14, odd_14, even_15, odd_15, even_16, odd_16, odd_17;
    if (*raised) return 0.0;
    square_1 = (t_1 * t_1);
    even_1 = ((0.0 * square_1) + 1.5678666397279852e-09);
    odd_1 = ((0.0 * square_1) + 0.0);
    even_2 = ((even_1 * square_1) + (-6.863451801293711e-09));
    odd_2 = ((odd_1 * square_1) + (-2.7690449962460076e-09));
    even_3 = ((even_2 * square_1) + 2.077174355527538e-08);
    odd_3 = ((odd_2 * square_1) + 1.1410876794196483e-08);
    even_4 = ((even_3 * square_1) + (-2.3928171242873048e-08));
    odd_4 = ((odd_3 * square_1) + (-3.4000900914160417e-08));
    even_5 = ((even_4 * square_1) + 5.860323548319595e-08);
    odd_5 = ((odd_4 * square_1) + 3.415478861046221e-08);
    even_6 = ((even_5 * square_1) + 6.74083874040652e-08);
    odd_6 = ((odd_5 * square_1) + (-9.747685584996339e-08));
    even_7 = ((even_6 * square_1) + 3.6981977875112547e-07);
    odd_7 = ((odd_6 * square_1) + (-1.4589471613129093e-07));
    even_8 = ((even_7 * square_1) + 1.3515288251841204e-06);
    odd_8 = ((odd_7 * square_1) + (-7.124670253724189e-07));
    even_9 = ((even_8 * square_1) + 5.258288417317622e-06);
    odd_9 = ((odd_8 * square_1) + (-2.659544551729333e-06));
    even_10 = ((even_9 * square_1) + 2.0670288322590812e-05);
    odd_10 = ((odd_9 * square_1) + (-1.0402662239495317e-05));
    even_11 = ((even_10 * square_1) + 8.299893411142164e-05);
    odd_11 = ((odd_10 * square_1) + (-4.1293830632439904e-05));
    even_12 = ((even_11 * square_1) + 0.0003433590213660248);
    odd_12 = ((odd_11 * square_1) + (-0.0001680526078696555));
    even_13 = ((even_12 * square_1) + 0.0014887756326751995);
    odd_13 = ((odd_12 * square_1) + (-0.0007096266366983168));
    even_14 = ((even_13 * square_1) + 0.007029440969898759);
    odd_14 = ((odd_13 * square_1) + (-0.003187960055724473));
    even_15 = ((even_14 * square_1) + 0.040256123200019825);
    odd_15 = ((odd_14 * square_1) + (-0.016208382218219474));
    even_16 = ((even_15 * square_1) + 0.46580963736232694);
    odd_16 = ((odd_15 * square_1) + (-0.11513161737597971));
    odd_17 = (t_1 * odd_16);
    return (even_16 + odd_17);
}

static double ag_lgamma_near_zeros(double from_one_1, double from_two_1, double x_1, int *raised)
{
    if (*raised) return 0.0;
    return (((from_one_1 * from_two_1) * ag_polynomial_2(((x_1 - 1.625) / ag_divisor(0.875, raised)), raised)) + 0.0);
}

static double ag_weighted_gamma(double weight_1, double x_1, int *raised)
{
    double value_1, value_7, value_2, value_6, room_1, above_1, product_1, error_1, product_2, x_2, x_3, rounded_1, error_2, error_3, product_3, x_4, rounded_2, error_4, x_5, value_3, value_5, t_1, t_2, t_3, value_4;
    if (*raised) return 0.0;
    if (((x_1 <= 0.0) && ((x_1 == (-INFINITY)) || (ag_fmod(x_1, 1.0, raised) == 0.0)))) {
        if (!*raised) *raised = 2;
        return 0.0;
    }
    if (((x_1 != x_1) || (x_1 == INFINITY))) {
        return (weight_1 * x_1);
    }
    if ((x_1 < (-190.0))) {
        return (weight_1 * ((ag_fmod((ag_floor(x_1, raised) + 0.0), 2.0, raised) != 0.0) ? (-0.0) : 0.0));
    }
    if ((fabs(x_1) < 1e-20)) {
        value_1 = (weight_1 / ag_divisor(x_1, raised));
        value_7 = value_1;
    }
    else {
        if ((x_1 > 172.0)) {
            value_2 = ((weight_1 != 0.0) ? (weight_1 * INFINITY) : 0.0);
            value_6 = value_2;
        }
        else {
            room_1 = ((fabs(x_1) > 100.0) ? 1.6069380442589903e+60 : 1.0);
            above_1 = (double)((x_1 >= 0.75) != 0);
            product_1 = (1.0 / ag_divisor(room_1, raised));
            error_1 = 0.0;
            product_2 = product_1;
            x_2 = x_1;
            while (!*raised && (x_2 > 2.5)) {
                x_3 = (x_2 - 1.0);
                rounded_1 = (product_2 * x_3);
                error_2 = ((error_1 * x_3) + ag_product_error(product_2, x_3, rounded_1, raised));
                error_1 = error_2;
                product_2 = rounded_1;
                x_2 = x_3;
            }
            error_3 = error_1;
            product_3 = product_2;
            x_4 = x_2;
            while (!*raised && (x_4 < 0.0)) {
                rounded_2 = (product_3 * x_4);
                error_4 = ((error_3 * x_4) + ag_product_error(product_3, x_4, rounded_2, raised));
                x_5 = (x_4 + 1.0);
                error_3 = error_4;
                product_3 = rounded_2;
                x_4 = x_5;
            }
            if ((above_1 != 0.0)) {
                value_3 = (((ag_exp(ag_lgamma_near_zeros((x_4 - 1.0), (x_4 - 2.0), x_4, raised), raised) * weight_1) * (product_3 + error_3)) * room_1);
                value_5 = value_3;
            }
            else {
                t_1 = (ag_exp(ag_lgamma_near_zeros(x_4, (x_4 - 1.0), (x_4 + 1.0), raised), raised) * weight_1);
                t_2 = (t_1 / ag_divisor((product_3 + error_3), raised));
                t_3 = (t_2 / ag_divisor(x_4, raised));
                value_4 = (t_3 / ag_divisor(room_1, raised));
                value_5 = value_4;
            }
            value_6 = value_5;
        }
        value_7 = value_6;
    }
    if ((isinf(value_7) && (!isinf(weight_1)))) {
        if (!*raised) *raised = 1;
        return 0.0;
    }
    return value_7;
}

static double ag_gamma_2(double x_1, int *raised)
{
    if (*raised) return 0.0;
    return ag_weighted_gamma(1.0, x_1, raised);
}

static double ag_polynomial_3(double t_1, int *raised)
{
    double square_1, even_1, odd_1, even_2, odd_2, even_3, odd_3, even_4, odd_4, even_5, odd_5, even_6, odd_6, even_7, odd_7, even_8, odd_8, even_9, odd_9, even_10, odd_10, even_11, odd_11, even_12, odd_12, even_13, odd_13, even_14, odd_14, even_15, odd_15, even_16, odd_16, odd_17;
    if (*raised) return 0.0;
    square_1 = (t_1 * t_1);
    even_1 = ((0.0 * square_1) + 2.944930002207525e-09);
    odd_1 = ((0.0 * square_1) + 0.0);
    even_2 = ((even_1 * square_1) + (-1.183257077685753e-08));
    odd_2 = ((odd_1 * square_1) + (-5.495315942645068e-09));
    even_3 = ((even_2 * square_1) + 3.846913846622345e-08);
    odd_3 = ((odd_2 * square_1) + 2.070604694120438e-08);
    even_4 = ((even_3 * square_1) + (-3.299171559966835e-08));
    odd_4 = ((odd_3 * square_1) + (-6.695140151139414e-08));
    even_5 = ((even_4 * square_1) + 1.3990472099665014e-07);
    odd_5 = ((odd_4 * square_1) + 4.594744120460249e-08);
    even_6 = ((even_5 * square_1) + 2.8091189744546605e-07);
    odd_6 = ((odd_5 * square_1) + (-2.532281805799342e-07));
    even_7 = ((even_6 * square_1) + 1.3308629411671011e-06);
    odd_7 = ((odd_6 * square_1) + (-5.864278463317367e-07));
    even_8 = ((even_7 * square_1) + 5.212445133891106e-06);
    odd_8 = ((odd_7 * square_1) + (-2.645871409092003e-06));
    even_9 = ((even_8 * square_1) + 2.091081451447697e-05);
    odd_9 = ((odd_8 * square_1) + (-1.0435770943228892e-05));
    even_10 = ((even_9 * square_1) + 8.377508659378348e-05);
    odd_10 = ((odd_9 * square_1) + (-4.184787693054116e-05));
    even_11 = ((even_10 * square_1) + 0.0003364331278986385);
    odd_11 = ((odd_10 * square_1) + (-0.00016781483194783505));
    even_12 = ((even_11 * square_1) + 0.0013581421098813344);
    odd_12 = ((odd_11 * square_1) + (-0.0006753134209495447));
    even_13 = ((even_12 * square_1) + 0.005552254176536144);
    odd_13 = ((odd_12 * square_1) + (-0.0027395728785465467));
    even_14 = ((even_13 * square_1) + 0.023447309597549766);
    odd_14 = ((odd_13 * square_1) + (-0.011338432553570059));
    even_15 = ((even_14 * square_1) + 0.10899991701762858);
    odd_15 = ((odd_14 * square_1) + (-0.04955103291766727));
    even_16 = ((even_15 * square_1) + 0.7853075386041053);
    odd_16 = ((odd_15 * square_1) + (-0.26073895468300146));
    odd_17 = (t_1 * odd_16);
    return (even_16 + odd_17);
}

static double ag_digamma_near_zero_crossing(double x_1, int *raised)
{
    if (*raised) return 0.0;
    return (((x_1 - 1.4616321449683622) - 9.549995429965697e-17) * ag_polynomial_3((x_1 - 2.0), raised));
}

static double ag_digamma_above_zero(double x_1, int *raised)
{
    double t_1, total_1, x_2, x_3, total_2, y_1, series_1, series_2, series_3, series_4, series_5, series_6, t_2;
    if (*raised) return 0.0;
    if ((x_1 < 1.0)) {
        t_1 = ag_digamma_near_zero_crossing((1.0 + x_1), raised);
        return (t_1 - (1.0 / ag_divisor(x_1, raised)));
    }
    total_1 = 0.0;
    x_2 = x_1;
    while (!*raised && ((3.0 < x_2) && (x_2 < 10.0))) {
        x_3 = (x_2 - 1.0);
        total_2 = (total_1 + (1.0 / ag_divisor(x_3, raised)));
        total_1 = total_2;
        x_2 = x_3;
    }
    if ((x_2 <= 3.0)) {
        return (total_1 + ag_digamma_near_zero_crossing(x_2, raised));
    }
    y_1 = (1.0 / ag_divisor((x_2 * x_2), raised));
    series_1 = (0.021092796092796094 - (y_1 / ag_divisor(12.0, raised)));
    series_2 = ((-0.007575757575757576) + (y_1 * series_1));
    series_3 = (0.004166666666666667 + (y_1 * series_2));
    series_4 = ((-0.003968253968253968) + (y_1 * series_3));
    series_5 = (0.008333333333333333 + (y_1 * series_4));
    series_6 = ((-0.08333333333333333) + (y_1 * series_5));
    t_2 = ag_log(x_2, raised);
    return (t_2 + ((y_1 * series_6) - (0.5 / ag_divisor(x_2, raised))));
}

static double ag_remainder(double x, double y, int *raised)
{
    const double value = remainder(x, y);
    if (*raised) return value;
    if (isnan(value) && !isnan(x) && !isnan(y)) *raised = 2;
    else if (isinf(value) && isfinite(x) && isfinite(y)) *raised = (0) ? 2 : 1;
    return value;
}

static double ag_tan(double x, int *raised)
{
    const double value = tan(x);
    if (*raised) return value;
    if (isnan(value) && !isnan(x)) *raised = 2;
    else if (isinf(value) && isfinite(x)) *raised = (0) ? 2 : 1;
    return value;
}

static double ag_cotangent(double x_1, int *raised)
{
    double rest_1, near_pole_1, part_1, angle_1, lost_1, tangent_1, tangent_2;
    if (*raised) return 0.0;
    rest_1 = ag_remainder(x_1, 1.0, raised);
    near_pole_1 = (double)((fabs(rest_1) <= 0.25) != 0);
    part_1 = ((near_pole_1 != 0.0) ? rest_1 : copysign((0.5 - fabs(rest_1)), rest_1));
    angle_1 = (3.141592653589793 * part_1);
    lost_1 = ((fabs(part_1) > 1e-200) ? (ag_product_error(3.141592653589793, part_1, angle_1, raised) + (1.2246467991473532e-16 * part_1)) : 0.0);
    tangent_1 = ag_tan(angle_1, raised);
    tangent_2 = (tangent_1 + (lost_1 * (1.0 + (tangent_1 * tangent_1))));
    return ((near_pole_1 != 0.0) ? (1.0 / ag_divisor(tangent_2, raised)) : tangent_2);
}

static double ag_digamma(double x_1, int *raised)
{
    double t_1;
    if (*raised) return 0.0;
    if ((x_1 <= 0.0)) {
        if ((ag_fmod(x_1, 1.0, raised) == 0.0)) {
            if (!*raised) *raised = 2;
            return 0.0;
        }
        t_1 = ag_digamma_above_zero((1.0 - x_1), raised);
        return (t_1 - (3.141592653589793 * ag_cotangent(x_1, raised)));
    }
    return ag_digamma_above_zero(x_1, raised);
}

static double ag_stirling(double x_1, int *raised)
{
    double y_1, series_1, series_2, series_3, series_4, series_5, series_6;
    if (*raised) return 0.0;
    y_1 = (1.0 / ag_divisor((x_1 * x_1), raised));
    series_1 = ((-0.0019175269175269176) + (y_1 / ag_divisor(156.0, raised)));
    series_2 = (0.0008417508417508417 + (y_1 * series_1));
    series_3 = ((-0.0005952380952380953) + (y_1 * series_2));
    series_4 = (0.0007936507936507937 + (y_1 * series_3));
    series_5 = ((-0.002777777777777778) + (y_1 * series_4));
    series_6 = (0.08333333333333333 + (y_1 * series_5));
    return (series_6 / ag_divisor(x_1, raised));
}

static double ag_lgamma_above_zero(double x_1, int *raised)
{
    double t_1, product_1, x_2, x_3, product_2, t_2, t_3, result_1;
    if (*raised) return 0.0;
    if ((x_1 < 0.75)) {
        t_1 = ag_lgamma_near_zeros(x_1, (x_1 - 1.0), (x_1 + 1.0), raised);
        return (t_1 - ag_log(x_1, raised));
    }
    if ((x_1 <= 2.5)) {
        return ag_lgamma_near_zeros((x_1 - 1.0), (x_1 - 2.0), x_1, raised);
    }
    if ((x_1 < 10.0)) {
        product_1 = 1.0;
        x_2 = x_1;
        while (!*raised && (x_2 > 2.5)) {
            x_3 = (x_2 - 1.0);
            product_2 = (product_1 * x_3);
            product_1 = product_2;
            x_2 = x_3;
        }
        t_2 = ag_log(product_1, raised);
        return (t_2 + ag_lgamma_near_zeros((x_2 - 1.0), (x_2 - 2.0), x_2, raised));
    }
    if ((x_1 == INFINITY)) {
        return x_1;
    }
    t_3 = ((x_1 - 0.5) * (ag_log(x_1, raised) - 1.0));
    result_1 = (t_3 + (ag_stirling(x_1, raised) + 0.41893853320467267));
    if ((result_1 == INFINITY)) {
        if (!*raised) *raised = 1;
        return 0.0;
    }
    return result_1;
}

static double ag_sin(double x, int *raised)
{
    const double value = sin(x);
    if (*raised) return value;
    if (isnan(value) && !isnan(x)) *raised = 2;
    else if (isinf(value) && isfinite(x)) *raised = (0) ? 2 : 1;
    return value;
}

static double ag_lgamma_below_zero(double x_1, int *raised)
{
    double t_1, t_2, left_1, right_1, product_1, t_3, error_1, error_2, t_5, t_4, sine_1, t_6;
    if (*raised) return 0.0;
    if ((x_1 == (-INFINITY))) {
        return INFINITY;
    }
    if ((ag_fmod(x_1, 1.0, raised) == 0.0)) {
        if (!*raised) *raised = 2;
        return 0.0;
    }
    if ((x_1 > (-1.0))) {
        t_1 = ag_lgamma_above_zero((2.0 + x_1), raised);
        return (t_1 - ag_log(((-x_1) * (1.0 + x_1)), raised));
    }
    if ((x_1 > (-2.0))) {
        t_2 = ag_lgamma_above_zero((3.0 + x_1), raised);
        return (t_2 - ag_log((((-x_1) * ((-1.0) - x_1)) * (2.0 + x_1)), raised));
    }
    if ((x_1 > (-3.0))) {
        left_1 = (x_1 * (x_1 + 1.0));
        right_1 = ((-(x_1 + 2.0)) * (x_1 + 3.0));
        product_1 = (left_1 * right_1);
        t_3 = (ag_product_error(x_1, (x_1 + 1.0), left_1, raised) * right_1);
        error_1 = (t_3 - (ag_product_error((x_1 + 2.0), (x_1 + 3.0), (-right_1), raised) * left_1));
        error_2 = (error_1 + ag_product_error(left_1, right_1, product_1, raised));
        t_5 = ag_lgamma_above_zero((4.0 + x_1), raised);
        t_4 = ag_log(product_1, raised);
        return (t_5 - (t_4 + (error_2 / ag_divisor(product_1, raised))));
    }
    sine_1 = fabs(ag_sin((3.141592653589793 * ag_remainder(x_1, 1.0, raised)), raised));
    t_6 = ag_log((3.141592653589793 / ag_divisor(((-x_1) * sine_1), raised)), raised);
    return (t_6 - ag_lgamma_above_zero((-x_1), raised));
}

static double ag_lgamma_2(double x_1, int *raised)
{
    if (*raised) return 0.0;
    return ((x_1 <= 0.0) ? ag_lgamma_below_zero(x_1, raised) : ag_lgamma_above_zero(x_1, raised));
}

static double ag_factorial(double n_1, int *raised)
{
    double error_1, factor_1, product_1, factor_2, rounded_1, error_2;
    if (*raised) return 0.0;
    error_1 = 0.0;
    factor_1 = 1.0;
    product_1 = 1.0;
    while (!*raised && (factor_1 < n_1)) {
        factor_2 = (factor_1 + 1.0);
        rounded_1 = (product_1 * factor_2);
        error_2 = ((error_1 * factor_2) + ag_product_error(product_1, factor_2, rounded_1, raised));
        error_1 = error_2;
        factor_1 = factor_2;
        product_1 = rounded_1;
    }
    return (product_1 + error_1);
}

static double ag_pole_sum(double x_1, double n_1, int *raised)
{
    double away_1, lost_1, total_1, x_2, term_1, total_2, t_1, lost_2, x_3, away_2, inverse_1, series_1, factor_1, series_2, factor_2, series_3, factor_3, series_4, factor_4, series_5, factor_5, series_6, factor_6, series_7, factor_7, series_8, factor_8, series_9, factor_9, series_10, factor_10, series_11, scale_1, power_1, whole_1, root_1;
    if (*raised) return 0.0;
    away_1 = 0.0;
    lost_1 = 0.0;
    total_1 = 0.0;
    x_2 = x_1;
    while (!*raised && (x_2 < (16.0 + n_1))) {
        term_1 = (n_1 * ag_pow(x_2, ((-n_1) - 1.0), raised));
        total_2 = (total_1 + term_1);
        t_1 = ag_sum_error(total_1, term_1, total_2, raised);
        lost_2 = (lost_1 + (t_1 - (((term_1 * (n_1 + 1.0)) * away_1) / ag_divisor(x_2, raised))));
        x_3 = (x_2 + 1.0);
        away_2 = (away_1 + ag_sum_error(x_2, 1.0, x_3, raised));
        away_1 = away_2;
        lost_1 = lost_2;
        total_1 = total_2;
        x_2 = x_3;
    }
    if (isinf(total_1)) {
        if (!*raised) *raised = 1;
        return 0.0;
    }
    inverse_1 = (1.0 / ag_divisor(x_2, raised));
    series_1 = ((0.5 * n_1) * inverse_1);
    factor_1 = (1.0 * ((((((n_1 + 2.0) - 2.0) * ((n_1 + 2.0) - 1.0)) / ag_divisor(2.0, raised)) * inverse_1) * inverse_1));
    series_2 = (series_1 + (0.16666666666666666 * factor_1));
    factor_2 = (factor_1 * ((((((n_1 + 4.0) - 2.0) * ((n_1 + 4.0) - 1.0)) / ag_divisor(12.0, raised)) * inverse_1) * inverse_1));
    series_3 = (series_2 + ((-0.03333333333333333) * factor_2));
    factor_3 = (factor_2 * ((((((n_1 + 6.0) - 2.0) * ((n_1 + 6.0) - 1.0)) / ag_divisor(30.0, raised)) * inverse_1) * inverse_1));
    series_4 = (series_3 + (0.023809523809523808 * factor_3));
    factor_4 = (factor_3 * ((((((n_1 + 8.0) - 2.0) * ((n_1 + 8.0) - 1.0)) / ag_divisor(56.0, raised)) * inverse_1) * inverse_1));
    series_5 = (series_4 + ((-0.03333333333333333) * factor_4));
    factor_5 = (factor_4 * ((((((n_1 + 10.0) - 2.0) * ((n_1 + 10.0) - 1.0)) / ag_divisor(90.0, raised)) * inverse_1) * inverse_1));
    series_6 = (series_5 + (0.07575757575757576 * factor_5));
    factor_6 = (factor_5 * ((((((n_1 + 12.0) - 2.0) * ((n_1 + 12.0) - 1.0)) / ag_divisor(132.0, raised)) * inverse_1) * inverse_1));
    series_7 = (series_6 + ((-0.2531135531135531) * factor_6));
    factor_7 = (factor_6 * ((((((n_1 + 14.0) - 2.0) * ((n_1 + 14.0) - 1.0)) / ag_divisor(182.0, raised)) * inverse_1) * inverse_1));
    series_8 = (series_7 + (1.1666666666666667 * factor_7));
    factor_8 = (factor_7 * ((((((n_1 + 16.0) - 2.0) * ((n_1 + 16.0) - 1.0)) / ag_divisor(240.0, raised)) * inverse_1) * inverse_1));
    series_9 = (series_8 + ((-7.092156862745098) * factor_8));
    factor_9 = (factor_8 * ((((((n_1 + 18.0) - 2.0) * ((n_1 + 18.0) - 1.0)) / ag_divisor(306.0, raised)) * inverse_1) * inverse_1));
    series_10 = (series_9 + (54.971177944862156 * factor_9));
    factor_10 = (factor_9 * ((((((n_1 + 20.0) - 2.0) * ((n_1 + 20.0) - 1.0)) / ag_divisor(380.0, raised)) * inverse_1) * inverse_1));
    series_11 = (series_10 + ((-529.1242424242424) * factor_10));
    scale_1 = ag_factorial((n_1 - 1.0), raised);
    if ((x_2 < 10000.0)) {
        power_1 = ag_pow(x_2, (-n_1), raised);
        whole_1 = (power_1 + total_1);
        return (scale_1 * (whole_1 + ((ag_sum_error(power_1, total_1, whole_1, raised) + lost_1) + (power_1 * (series_11 - ((n_1 * away_1) * inverse_1))))));
    }
    root_1 = ag_pow(x_2, ((-0.5) * n_1), raised);
    return (((scale_1 * root_1) * (1.0 + series_11)) * root_1);
}

static double ag_polygamma(double x_1, double order_1, int *raised)
{
    double even_1, total_1, rest_1, t_1, left_1, t_2, pole_1, negative_1;
    if (*raised) return 0.0;
    if ((((!((1.0 <= order_1) && (order_1 <= 60.0))) || (ag_fmod(order_1, 1.0, raised) != 0.0)) || ((x_1 <= 0.0) && (ag_fmod(x_1, 1.0, raised) == 0.0)))) {
        if (!*raised) *raised = 2;
        return 0.0;
    }
    even_1 = (double)((ag_fmod(order_1, 2.0, raised) == 0.0) != 0);
    if (((x_1 >= (-20.0)) || (x_1 != x_1))) {
        total_1 = ag_pole_sum(x_1, order_1, raised);
        return ((even_1 != 0.0) ? (-total_1) : total_1);
    }
    rest_1 = ag_remainder(x_1, 1.0, raised);
    t_1 = ag_pole_sum((1.0 + rest_1), order_1, raised);
    left_1 = ag_pole_sum((1.0 - rest_1), order_1, raised);
    t_2 = ag_factorial(order_1, raised);
    pole_1 = (t_2 * ag_pow(rest_1, ((-1.0) - order_1), raised));
    negative_1 = ag_pole_sum((1.0 - x_1), order_1, raised);
    if ((even_1 != 0.0)) {
        return ((left_1 - t_1) - (pole_1 + negative_1));
    }
    return ((pole_1 - negative_1) + (left_1 + t_1));
}

static double ag_scaled_gaussian(double factor_1, double square_1, double lost_1, int *raised)
{
    double near_1, halfway_1, power_1, rest_1;
    if (*raised) return 0.0;
    near_1 = (double)((square_1 < 700.0) != 0);
    halfway_1 = (double)((square_1 < 1160.0) != 0);
    power_1 = ag_exp(((near_1 != 0.0) ? (-square_1) : ((halfway_1 != 0.0) ? (460.5 - square_1) : ((-0.5) * square_1))), raised);
    rest_1 = ((near_1 != 0.0) ? 1.0 : ((halfway_1 != 0.0) ? 1.0171642401928794e-200 : power_1));
    if ((square_1 >= 1600.0)) {
        return copysign(0.0, factor_1);
    }
    return ((factor_1 * (power_1 - (power_1 * lost_1))) * rest_1);
}

static double ag_gaussian(double x_1, int *raised)
{
    double square_1;
    if (*raised) return 0.0;
    square_1 = (x_1 * x_1);
    return ag_scaled_gaussian(1.0, square_1, (((1e-200 < square_1) && (square_1 < 1e+200)) ? ag_product_error(x_1, x_1, square_1, raised) : 0.0), raised);
}

static double ag_polynomial_4(double t_1, int *raised)
{
    double square_1, even_1, odd_1, even_2, odd_2, even_3, odd_3, even_4, odd_4, even_5, odd_5, odd_6;
    if (*raised) return 0.0;
    square_1 = (t_1 * t_1);
    even_1 = ((0.0 * square_1) + 8.777607488642354e-14);
    odd_1 = ((0.0 * square_1) + 0.0);
    even_2 = ((even_1 * square_1) + 4.1270251519374495e-10);
    odd_2 = ((odd_1 * square_1) + (-6.376868595301691e-12));
    even_3 = ((even_2 * square_1) + 1.15160377952332e-06);
    odd_3 = ((odd_2 * square_1) + (-2.3472289797028638e-08));
    even_4 = ((even_3 * square_1) + 0.0016130716680617073);
    odd_4 = ((odd_3 * square_1) + (-4.762336934519553e-05));
    even_5 = ((even_4 * square_1) + 1.0830752376761712);
    odd_5 = ((odd_4 * square_1) + (-0.043642058886697886));
    odd_6 = (t_1 * odd_5);
    return (even_5 + odd_6);
}

static double ag_erf_near_zero(double x_1, int *raised)
{
    if (*raised) return 0.0;
    return (x_1 * ag_polynomial_4((((8.0 * x_1) * x_1) - 1.0), raised));
}

static double ag_scaled_erfc(double x_1, double away_1, double lost_1, int *raised)
{
    double divisor_1, t_1, square_1, even_1, odd_1, even_2, odd_2, even_3, odd_3, even_4, odd_4, even_5, odd_5, even_6, odd_6, even_7, odd_7, even_8, odd_8, even_9, odd_9, even_10, odd_10, even_11, odd_11, even_12, odd_12, even_13, odd_13, odd_14, t_2, lost_2;
    if (*raised) return 0.0;
    divisor_1 = (1.0 + (2.0 * x_1));
    t_1 = ((x_1 - 3.75) / ag_divisor((x_1 + 3.75), raised));
    square_1 = (t_1 * t_1);
    even_1 = ((0.0 * square_1) + 4.2514714447963895e-10);
    odd_1 = ((0.0 * square_1) + 0.0);
    even_2 = ((even_1 * square_1) + (-5.1739902140113095e-09));
    odd_2 = ((odd_1 * square_1) + 3.1114333809799254e-10);
    even_3 = ((even_2 * square_1) + 3.8675334242222354e-08);
    odd_3 = ((odd_2 * square_1) + (-3.744210080962018e-09));
    even_4 = ((even_3 * square_1) + (-2.5866850716155884e-07));
    odd_4 = ((odd_3 * square_1) + 2.3263508708859124e-08);
    even_5 = ((even_4 * square_1) + 1.751637648849062e-06);
    odd_5 = ((odd_4 * square_1) + (-5.7218230603224086e-08));
    even_6 = ((even_5 * square_1) + (-1.1444146237700524e-05));
    odd_6 = ((odd_5 * square_1) + (-9.73559896736775e-07));
    even_7 = ((even_6 * square_1) + 5.164909889268241e-05);
    odd_7 = ((odd_6 * square_1) + 2.238423915508223e-05);
    even_8 = ((even_7 * square_1) + 0.0002937136655913448);
    odd_8 = ((odd_7 * square_1) + (-0.0002901540805408417));
    even_9 = ((even_8 * square_1) + (-0.009746579558029276));
    odd_9 = ((odd_8 * square_1) + 0.0017556258528952954);
    even_10 = ((even_9 * square_1) + (-0.05869339858963677));
    odd_10 = ((odd_9 * square_1) + 0.028362277418956406);
    even_11 = ((even_10 * square_1) + (-0.10880393014174886));
    odd_11 = ((odd_10 * square_1) + 0.09230432116037748);
    even_12 = ((even_11 * square_1) + 0.0035854154854644293);
    odd_12 = ((odd_11 * square_1) + 0.0822767384901452);
    even_13 = ((even_12 * square_1) + 1.2375126308378275);
    odd_13 = ((odd_12 * square_1) + (-0.14024059858554697));
    odd_14 = (t_1 * odd_13);
    t_2 = (ag_sum_error(1.0, (2.0 * x_1), divisor_1, raised) + (2.0 * away_1));
    lost_2 = (lost_1 + (t_2 / ag_divisor(divisor_1, raised)));
    return ((even_13 + (odd_14 - ((even_13 + odd_14) * lost_2))) / ag_divisor(divisor_1, raised));
}

static double ag_erfc_tail(double x_1, int *raised)
{
    double square_1, lost_1, first_1;
    if (*raised) return 0.0;
    square_1 = (x_1 * x_1);
    lost_1 = (((1e-200 < square_1) && (square_1 < 1e+200)) ? ag_product_error(x_1, x_1, square_1, raised) : 0.0);
    first_1 = ((50.0 < x_1) ? 50.0 : x_1);
    return ag_scaled_gaussian(ag_scaled_erfc(first_1, 0.0, lost_1, raised), square_1, 0.0, raised);
}

static double ag_erfc_2(double x_1, int *raised)
{
    double tail_1;
    if (*raised) return 0.0;
    if ((fabs(x_1) < 0.5)) {
        return (1.0 - ag_erf_near_zero(x_1, raised));
    }
    tail_1 = ag_erfc_tail(fabs(x_1), raised);
    return ((x_1 < 0.0) ? (2.0 - tail_1) : tail_1);
}

static double ag_scaled_tail(double x_1, double lost_1, int *raised)
{
    double argument_1, away_1;
    if (*raised) return 0.0;
    argument_1 = (0.7071067811865476 * x_1);
    away_1 = (ag_product_error(0.7071067811865476, x_1, argument_1, raised) + ((-4.833646656726457e-17) * x_1));
    return (0.5 * ag_scaled_erfc(argument_1, away_1, lost_1, raised));
}

static double ag_weighted_tail(double weight_1, double x_1, int *raised)
{
    double square_1, lost_1, first_1;
    if (*raised) return 0.0;
    square_1 = (x_1 * x_1);
    lost_1 = (((1e-200 < square_1) && (square_1 < 1e+200)) ? ag_product_error(x_1, x_1, square_1, raised) : 0.0);
    first_1 = ((50.0 < x_1) ? 50.0 : x_1);
    return ag_scaled_gaussian((weight_1 * ag_scaled_tail(first_1, (0.5 * lost_1), raised)), (0.5 * square_1), 0.0, raised);
}

static double ag_norm_cdf(double x_1, int *raised)
{
    double tail_1;
    if (*raised) return 0.0;
    if ((fabs(x_1) < 0.7)) {
        return (0.5 + (0.5 * ag_erf_near_zero((0.7071067811865476 * x_1), raised)));
    }
    tail_1 = ag_weighted_tail(1.0, fabs(x_1), raised);
    return ((x_1 > 0.0) ? (1.0 - tail_1) : tail_1);
}

static double ag_weighted_norm_pdf(double weight_1, double x_1, int *raised)
{
    double square_1, lost_1;
    if (*raised) return 0.0;
    square_1 = (x_1 * x_1);
    lost_1 = (((1e-200 < square_1) && (square_1 < 1e+200)) ? ag_product_error(x_1, x_1, square_1, raised) : 0.0);
    return ag_scaled_gaussian((weight_1 * 0.3989422804014327), (0.5 * square_1), (0.5 * lost_1), raised);
}

static double ag_norm_pdf(double x_1, int *raised)
{
    if (*raised) return 0.0;
    return ag_weighted_norm_pdf(1.0, x_1, raised);
}

static double ag_gelu(double x_1, int *raised)
{
    if (*raised) return 0.0;
    return ((x_1 > (-0.7)) ? (x_1 * ag_norm_cdf(x_1, raised)) : ag_weighted_tail(x_1, (-x_1), raised));
}

static double ag_polynomial_5(double t_1, int *raised)
{
    double square_1, even_1, odd_1, even_2, odd_2, even_3, odd_3, even_4, odd_4, even_5, odd_5, even_6, odd_6, even_7, odd_7, even_8, odd_8, even_9, odd_9, odd_10;
    if (*raised) return 0.0;
    square_1 = (t_1 * t_1);
    even_1 = ((0.0 * square_1) + (-5.099517710917552e-13));
    odd_1 = ((0.0 * square_1) + 0.0);
    even_2 = ((even_1 * square_1) + 3.474452021791234e-11);
    odd_2 = ((odd_1 * square_1) + (-1.2050720819648875e-13));
    even_3 = ((even_2 * square_1) + (-1.889153095288965e-09));
    odd_3 = ((odd_2 * square_1) + 5.4652742969130925e-11);
    even_4 = ((even_3 * square_1) + 8.392265925662071e-08);
    odd_4 = ((odd_3 * square_1) + (-5.557118943623912e-09));
    even_5 = ((even_4 * square_1) + (-2.897694968477157e-06));
    odd_5 = ((odd_4 * square_1) + 3.6695574656639635e-07);
    even_6 = ((even_5 * square_1) + 7.048556592236511e-05);
    odd_6 = ((odd_5 * square_1) + (-1.7579620975431716e-05));
    even_7 = ((even_6 * square_1) + (-0.0009123332481527986));
    odd_7 = ((odd_6 * square_1) + 0.0006084475465759663);
    even_8 = ((even_7 * square_1) + (-0.00470317635936793));
    odd_8 = ((odd_7 * square_1) + (-0.014264182951521329));
    even_9 = ((even_8 * square_1) + 0.43218955538054815);
    odd_9 = ((odd_8 * square_1) + 0.19410933728169827);
    odd_10 = (t_1 * odd_9);
    return (even_9 + odd_10);
}

static double ag_gelu_slope(double x_1, int *raised)
{
    double t_1, first_1, density_1, lost_density_1, square_1, lost_1;
    if (*raised) return 0.0;
    if ((fabs((x_1 + 0.75)) < 0.5)) {
        return (ag_polynomial_5((2.0 * (x_1 + 0.75)), raised) * ((x_1 + 0.7517915246935645) - 1.4956759177009883e-17));
    }
    if ((x_1 > (-1.0))) {
        t_1 = ag_norm_cdf(x_1, raised);
        return (t_1 + ag_weighted_norm_pdf(x_1, x_1, raised));
    }
    first_1 = (((-50.0) > x_1) ? (-50.0) : x_1);
    density_1 = (0.3989422804014327 * first_1);
    lost_density_1 = (ag_product_error(0.3989422804014327, first_1, density_1, raised) + ((-2.49232720227773e-17) * first_1));
    square_1 = (x_1 * x_1);
    lost_1 = (((1e-200 < square_1) && (square_1 < 1e+200)) ? ag_product_error(x_1, x_1, square_1, raised) : 0.0);
    return ag_scaled_gaussian(((ag_scaled_tail((-first_1), 0.0, raised) + density_1) + lost_density_1), (0.5 * square_1), (0.5 * lost_1), raised);
}

static double ag_floor_2(double x_1, int *raised)
{
    if (*raised) return 0.0;
    return ((fabs(x_1) < 4503599627370496.0) ? copysign((ag_floor(x_1, raised) + 0.0), x_1) : x_1);
}

static double ag_ceil(double x, int *raised)
{
    if (!*raised && !isfinite(x)) *raised = isnan(x) ? 2 : 1;
    return ceil(x);
}

static double ag_ceil_2(double x_1, int *raised)
{
    if (*raised) return 0.0;
    return ((fabs(x_1) < 4503599627370496.0) ? copysign((ag_ceil(x_1, raised) + 0.0), x_1) : x_1);
}

static double ag_trunc_2(double x_1, int *raised)
{
    if (*raised) return 0.0;
    return ((fabs(x_1) < 4503599627370496.0) ? copysign((ag_floor(fabs(x_1), raised) + 0.0), x_1) : x_1);
}

static double ag_nearest(double x_1, int *raised)
{
    if (*raised) return 0.0;
    return ((x_1 < 4503599627370496.0) ? ((x_1 + 4503599627370496.0) - 4503599627370496.0) : x_1);
}

static double ag_lost_by_product(double x_1, double y_1, double product_1, int *raised)
{
    double rounded_1;
    if (*raised) return 0.0;
    rounded_1 = (x_1 * y_1);
    return ((rounded_1 - product_1) + ag_product_error(x_1, y_1, rounded_1, raised));
}

static double ag_round(double x_1, double digits_1, int *raised)
{
    double size_1, power_1, scaled_1, whole_1, rest_1, lost_1, whole_2, whole_3;
    if (*raised) return 0.0;
    if (((ag_fmod(digits_1, 1.0, raised) != 0.0) || (fabs(digits_1) > 22.0))) {
        if (!*raised) *raised = 2;
        return 0.0;
    }
    size_1 = fabs(x_1);
    power_1 = ag_pow(10.0, fabs(digits_1), raised);
    scaled_1 = ((digits_1 >= 0.0) ? (size_1 * power_1) : (size_1 / ag_divisor(power_1, raised)));
    if ((!(scaled_1 < 9007199254740992.0))) {
        return x_1;
    }
    whole_1 = ag_nearest(scaled_1, raised);
    rest_1 = (scaled_1 - whole_1);
    if (((fabs(rest_1) == 0.5) && (digits_1 != 0.0))) {
        lost_1 = ((digits_1 > 0.0) ? ag_lost_by_product(size_1, power_1, scaled_1, raised) : (-ag_lost_by_product(scaled_1, power_1, size_1, raised)));
        whole_2 = (((rest_1 * lost_1) > 0.0) ? (whole_1 + (2.0 * rest_1)) : whole_1);
        whole_3 = whole_2;
    }
    else {
        whole_3 = whole_1;
    }
    return copysign(((digits_1 >= 0.0) ? (whole_3 / ag_divisor(power_1, raised)) : (whole_3 * power_1)), x_1);
}

static double ag_floordiv(double x_1, double y_1, int *raised)
{
    if (*raised) return 0.0;
    if ((y_1 == 0.0)) {
        if (!*raised) *raised = 2;
        return 0.0;
    }
    return ag_floor_divide(x_1, ag_divisor(y_1, raised));
}

static double ag_mod(double x_1, double y_1, int *raised)
{
    if (*raised) return 0.0;
    return ag_modulo(x_1, ag_divisor(y_1, raised));
}

static double ag_softmax_share(double part_1, double others_1, int *raised)
{
    if (*raised) return 0.0;
    return (part_1 / ag_divisor((part_1 + others_1), raised));
}

static double ag_greater(double x_1, double y_1, int *raised)
{
    if (*raised) return 0.0;
    return ((x_1 > y_1) ? 1.0 : 0.0);
}

static double ag_greater_equal(double x_1, double y_1, int *raised)
{
    if (*raised) return 0.0;
    return ((x_1 >= y_1) ? 1.0 : 0.0);
}

static double ag_less(double x_1, double y_1, int *raised)
{
    if (*raised) return 0.0;
    return ((x_1 < y_1) ? 1.0 : 0.0);
}

static double ag_less_equal(double x_1, double y_1, int *raised)
{
    if (*raised) return 0.0;
    return ((x_1 <= y_1) ? 1.0 : 0.0);
}

static double ag_equal(double x_1, double y_1, int *raised)
{
    if (*raised) return 0.0;
    return ((x_1 == y_1) ? 1.0 : 0.0);
}

static double ag_not_equal(double x_1, double y_1, int *raised)
{
    if (*raised) return 0.0;
    return ((x_1 != y_1) ? 1.0 : 0.0);
}

static double ag_stop_gradient(double x_1, int *raised)
{
    if (*raised) return 0.0;
    return x_1;
}

static double ag_is_either(double x_1, double first_1, double second_1, int *raised)
{
    if (*raised) return 0.0;
    return (((x_1 == first_1) || (x_1 == second_1)) ? 1.0 : 0.0);
}

static double ag_cos(double x, int *raised)
{
    const double value = cos(x);
    if (*raised) return value;
    if (isnan(value) && !isnan(x)) *raised = 2;
    else if (isinf(value) && isfinite(x)) *raised = (0) ? 2 : 1;
    return value;
}

static double ag_asin(double x, int *raised)
{
    const double value = asin(x);
    if (*raised) return value;
    if (isnan(value) && !isnan(x)) *raised = 2;
    else if (isinf(value) && isfinite(x)) *raised = (0) ? 2 : 1;
    return value;
}

static double ag_acos(double x, int *raised)
{
    const double value = acos(x);
    if (*raised) return value;
    if (isnan(value) && !isnan(x)) *raised = 2;
    else if (isinf(value) && isfinite(x)) *raised = (0) ? 2 : 1;
    return value;
}

static double ag_angle_slope(double x_1, double y_1, int *raised)
{
    double t_1, t_2, first_1, exponent_1, t_3, y_2, squared_1, t_4;
    if (*raised) return 0.0;
    t_1 = fabs(x_1);
    t_2 = fabs(y_1);
    first_1 = ((t_2 > t_1) ? t_2 : t_1);
    if ((isinf(x_1) || isinf(y_1))) {
        return (((x_1 != x_1) || (y_1 != y_1)) ? NAN : copysign(0.0, x_1));
    }
    if ((!(first_1 > 0.0))) {
        return NAN;
    }
    exponent_1 = ag_frexp(first_1, 1);
    t_3 = ag_ldexp(x_1, ((-exponent_1) + 0.0), raised);
    y_2 = ag_ldexp(y_1, ((-exponent_1) + 0.0), raised);
    squared_1 = ((t_3 * t_3) + (y_2 * y_2));
    if (((exponent_1 < 0.0) && (fabs(t_3) < 1.1830521861667747e-271))) {
        t_4 = ag_ldexp(t_3, ((-exponent_1) + 0.0), raised);
        return (t_4 / ag_divisor(squared_1, raised));
    }
    return ag_ldexp((t_3 / ag_divisor(squared_1, raised)), ((-exponent_1) + 0.0), raised);
}

static double ag_sin_pi(double x_1, int *raised)
{
    double rest_1, distance_1;
    if (*raised) return 0.0;
    rest_1 = ag_remainder(x_1, 2.0, raised);
    distance_1 = fabs(rest_1);
    return copysign(ag_sin((3.141592653589793 * ((distance_1 <= 0.5) ? distance_1 : (1.0 - distance_1))), raised), rest_1);
}

static double ag_sinc(double x_1, int *raised)
{
    double t_2, t_1;
    if (*raised) return 0.0;
    if ((x_1 == 0.0)) {
        return 1.0;
    }
    if (isinf(x_1)) {
        t_2 = 0.0;
    }
    else {
        t_1 = ag_sin_pi(x_1, raised);
        t_2 = (t_1 / ag_divisor((3.141592653589793 * x_1), raised));
    }
    return t_2;
}

static double ag_sinc_series(double x_1, double order_1, int *raised)
{
    double odd_1, power_1, half_1, t_1, term_1, degree_1, power_2, rounds_1, term_2, total_1, total_2, power_3, degree_2, rounds_2, term_3;
    if (*raised) return 0.0;
    odd_1 = ag_fmod(order_1, 2.0, raised);
    power_1 = (order_1 + odd_1);
    half_1 = (0.5 * power_1);
    t_1 = ag_pow(9.869604401089358, half_1, raised);
    term_1 = ((t_1 * ((ag_fmod(half_1, 2.0, raised) == 0.0) ? 1.0 : (-1.0))) * ((odd_1 != 0.0) ? x_1 : 1.0));
    degree_1 = odd_1;
    power_2 = power_1;
    rounds_1 = 0.0;
    term_2 = term_1;
    total_1 = 0.0;
    while (!*raised && (rounds_1 < 30.0)) {
        total_2 = (total_1 + (term_2 / ag_divisor((power_2 + 1.0), raised)));
        power_3 = (power_2 + 2.0);
        degree_2 = (degree_1 + 2.0);
        rounds_2 = (rounds_1 + 1.0);
        term_3 = (term_2 * ((((-9.869604401089358) * x_1) * x_1) / ag_divisor((degree_2 * (degree_2 - 1.0)), raised)));
        degree_1 = degree_2;
        power_2 = power_3;
        rounds_1 = rounds_2;
        term_2 = term_3;
        total_1 = total_2;
    }
    return total_1;
}

static double ag_cos_pi(double x_1, int *raised)
{
    double distance_1;
    if (*raised) return 0.0;
    distance_1 = fabs(ag_remainder(x_1, 2.0, raised));
    if (((0.25 < distance_1) && (distance_1 < 0.75))) {
        return ag_sin((3.141592653589793 * (0.5 - distance_1)), raised);
    }
    return ((distance_1 < 0.5) ? ag_cos((3.141592653589793 * distance_1), raised) : (-ag_cos((3.141592653589793 * (1.0 - distance_1)), raised)));
}

static double ag_sinc_derivative(double x_1, double order_1, int *raised)
{
    double t_1, cosine_1, derivative_1, cosine_2, derivative_2, n_1, scale_1, sine_1, n_2, cosine_3, derivative_3, scale_2, sine_1_1;
    if (*raised) return 0.0;
    if (isinf(x_1)) {
        return 0.0;
    }
    if ((fabs(x_1) < (0.2 + (0.3 * order_1)))) {
        return ag_sinc_series(x_1, order_1, raised);
    }
    t_1 = ag_sin_pi(x_1, raised);
    cosine_1 = ag_cos_pi(x_1, raised);
    derivative_1 = (t_1 / ag_divisor((3.141592653589793 * x_1), raised));
    cosine_2 = cosine_1;
    derivative_2 = derivative_1;
    n_1 = 0.0;
    scale_1 = 1.0;
    sine_1 = t_1;
    while (!*raised && (n_1 < order_1)) {
        n_2 = (n_1 + 1.0);
        cosine_3 = (-sine_1);
        derivative_3 = (((scale_1 * cosine_2) - (n_2 * derivative_2)) / ag_divisor(x_1, raised));
        scale_2 = (scale_1 * 3.141592653589793);
        sine_1_1 = cosine_2;
        cosine_2 = cosine_3;
        derivative_2 = derivative_3;
        n_1 = n_2;
        scale_1 = scale_2;
        sine_1 = sine_1_1;
    }
    return derivative_2;
}

static int value_flat(const double *x, double *value)
{
    int raised = 0;
    *value = ag_flat(x[0], &raised);
    return raised;
}

static int partials_flat(const double *x, double *d)
{
    int raised = 0;
    const double t2 = ag_flat(x[0], &raised);
    d[0] = t2;
    return raised;
}

static int value_step(const double *x, double *value)
{
    int raised = 0;
    *value = ag_step(x[0], &raised);
    return raised;
}

static int partials_step(const double *x, double *d)
{
    int raised = 0;
    const double t2 = ag_flat(x[0], &raised);
    d[0] = t2;
    return raised;
}

static int value_sign(const double *x, double *value)
{
    int raised = 0;
    *value = ag_sign(x[0], &raised);
    return raised;
}

static int partials_sign(const double *x, double *d)
{
    int raised = 0;
    const double t2 = ag_flat(x[0], &raised);
    d[0] = t2;
    return raised;
}

static int value_larger_share(const double *x, double *value)
{
    int raised = 0;
    *value = ag_larger_share(x[0], x[1], &raised);
    return raised;
}

static int partials_larger_share(const double *x, double *d)
{
    int raised = 0;
    const double t3 = ag_flat(x[2], &raised);
    const double t4 = ag_flat(x[2], &raised);
    d[0] = t3;
    d[1] = t4;
    return raised;
}

static int value_abs(const double *x, double *value)
{
    int raised = 0;
    *value = fabs(x[0]);
    return raised;
}

static int partials_abs(const double *x, double *d)
{
    int raised = 0;
    const double t2 = ag_sign(x[0], &raised);
    d[0] = t2;
    return raised;
}

static int value_copysign(const double *x, double *value)
{
    int raised = 0;
    *value = copysign(x[0], x[1]);
    return raised;
}

static int partials_copysign(const double *x, double *d)
{
    int raised = 0;
    const double t5 = ag_sign(x[0], &raised);
    const double t6 = copysign(1.0, x[1]);
    const double t7 = t5 * t6;
    d[0] = t7;
    d[1] = 0.0;
    return raised;
}

static int value_relu(const double *x, double *value)
{
    int raised = 0;
    *value = ag_relu(x[0], &raised);
    return raised;
}

static int partials_relu(const double *x, double *d)
{
    int raised = 0;
    const double t2 = ag_step(x[0], &raised);
    d[0] = t2;
    return raised;
}

static int value_leaky_relu(const double *x, double *value)
{
    int raised = 0;
    *value = ag_leaky_relu(x[0], x[1], &raised);
    return raised;
}

static int partials_leaky_relu_1(const double *x, double *d)
{
    int raised = 0;
    const double t4 = ag_step(x[0], &raised);
    const double t5 = ag_step(x[0], &raised);
    const double t6 = 1.0 - t5;
    const double t7 = x[1] * t6;
    const double t8 = t4 + t7;
    d[0] = t8;
    return raised;
}

static int value_maximum(const double *x, double *value)
{
    int raised = 0;
    *value = ag_maximum(x[0], x[1], &raised);
    return raised;
}

static int partials_maximum(const double *x, double *d)
{
    int raised = 0;
    const double t3 = ag_larger_share(x[0], x[1], &raised);
    const double t4 = ag_larger_share(x[1], x[0], &raised);
    d[0] = t3;
    d[1] = t4;
    return raised;
}

static int value_minimum(const double *x, double *value)
{
    int raised = 0;
    *value = ag_minimum(x[0], x[1], &raised);
    return raised;
}

static int partials_minimum(const double *x, double *d)
{
    int raised = 0;
    const double t3 = ag_larger_share(x[1], x[0], &raised);
    const double t4 = ag_larger_share(x[0], x[1], &raised);
    d[0] = t3;
    d[1] = t4;
    return raised;
}

static int value_clip(const double *x, double *value)
{
    int raised = 0;
    *value = ag_clip(x[0], x[1], x[2], &raised);
    return raised;
}

static int partials_clip_2(const double *x, double *d)
{
    int raised = 0;
    const double t4 = x[0] - x[1];
    const double t5 = ag_step(t4, &raised);
    const double t6 = x[2] - x[0];
    const double t7 = ag_step(t6, &raised);
    const double t8 = t5 * t7;
    d[0] = t8;
    return raised;
}

static int value_nonzero(const double *x, double *value)
{
    int raised = 0;
    *value = ag_nonzero(x[0], &raised);
    return raised;
}

static int partials_nonzero(const double *x, double *d)
{
    int raised = 0;
    d[0] = 0.0;
    return raised;
}

static int value_where(const double *x, double *value)
{
    int raised = 0;
    *value = ag_where(x[0], x[1], x[2], &raised);
    return raised;
}

static int partials_where(const double *x, double *d)
{
    int raised = 0;
    const double t6 = ag_nonzero(x[0], &raised);
    const double t7 = ag_nonzero(x[0], &raised);
    const double t8 = 1.0 - t7;
    d[0] = 0.0;
    d[1] = t6;
    d[2] = t8;
    return raised;
}

static int value_identity(const double *x, double *value)
{
    int raised = 0;
    *value = ag_identity(x[0], &raised);
    return raised;
}

static int partials_identity(const double *x, double *d)
{
    int raised = 0;
    d[0] = 1.0;
    return raised;
}

static int value_add(const double *x, double *value)
{
    int raised = 0;
    *value = x[0] + x[1];
    return raised;
}

static int partials_add(const double *x, double *d)
{
    int raised = 0;
    d[0] = 1.0;
    d[1] = 1.0;
    return raised;
}

static int value_sub(const double *x, double *value)
{
    int raised = 0;
    *value = x[0] - x[1];
    return raised;
}

static int partials_sub(const double *x, double *d)
{
    int raised = 0;
    d[0] = 1.0;
    d[1] = (-1.0);
    return raised;
}

static int value_mul(const double *x, double *value)
{
    int raised = 0;
    *value = x[0] * x[1];
    return raised;
}

static int partials_mul(const double *x, double *d)
{
    int raised = 0;
    d[0] = x[1];
    d[1] = x[0];
    return raised;
}

static int value_neg(const double *x, double *value)
{
    int raised = 0;
    *value = -x[0];
    return raised;
}

static int partials_neg(const double *x, double *d)
{
    int raised = 0;
    d[0] = (-1.0);
    return raised;
}

static int value_square(const double *x, double *value)
{
    int raised = 0;
    *value = ag_square(x[0], &raised);
    return raised;
}

static int partials_square(const double *x, double *d)
{
    int raised = 0;
    const double t3 = 2.0 * x[0];
    d[0] = t3;
    return raised;
}

static int value_one_minus_square(const double *x, double *value)
{
    int raised = 0;
    *value = ag_one_minus_square(x[0], &raised);
    return raised;
}

static int partials_one_minus_square(const double *x, double *d)
{
    int raised = 0;
    const double t3 = (-2.0) * x[0];
    d[0] = t3;
    return raised;
}

static int value_div(const double *x, double *value)
{
    int raised = 0;
    *value = x[0] / ag_divisor(x[1], &raised);
    return raised;
}

static int partials_div(const double *x, double *d)
{
    int raised = 0;
    const double t4 = 1.0 / ag_divisor(x[1], &raised);
    const double t5 = ag_quotient_by_square(x[0], x[1], &raised);
    const double t6 = -t5;
    d[0] = t4;
    d[1] = t6;
    return raised;
}

static int value_quotient_by_square(const double *x, double *value)
{
    int raised = 0;
    *value = ag_quotient_by_square(x[0], x[1], &raised);
    return raised;
}

static int partials_quotient_by_square(const double *x, double *d)
{
    int raised = 0;
    const double t5 = ag_quotient_by_square(1.0, x[1], &raised);
    const double t6 = (-2.0) * x[2];
    const double t7 = t6 / ag_divisor(x[1], &raised);
    d[0] = t5;
    d[1] = t7;
    return raised;
}

static int value_positive_quotient(const double *x, double *value)
{
    int raised = 0;
    *value = ag_positive_quotient(x[0], x[1], &raised);
    return raised;
}

static int partials_positive_quotient(const double *x, double *d)
{
    int raised = 0;
    const double t4 = ag_positive_quotient(1.0, x[1], &raised);
    const double t5 = -x[2];
    const double t6 = t5 / ag_divisor(x[1], &raised);
    d[0] = t4;
    d[1] = t6;
    return raised;
}

static int value_reciprocal(const double *x, double *value)
{
    int raised = 0;
    *value = ag_reciprocal(x[0], &raised);
    return raised;
}

static int partials_reciprocal(const double *x, double *d)
{
    int raised = 0;
    const double t2 = x[1] * x[1];
    const double t3 = -t2;
    d[0] = t3;
    return raised;
}

static int value_pow(const double *x, double *value)
{
    int raised = 0;
    *value = ag_power(x[0], x[1], &raised);
    return raised;
}

static int partials_pow(const double *x, double *d)
{
    int raised = 0;
    const double t3 = ag_power_slope(x[0], x[1], &raised);
    const double t4 = ag_power_log(x[0], x[1], &raised);
    d[0] = t3;
    d[1] = t4;
    return raised;
}

static int partials_pow_1_minus_2(const double *x, double *d)
{
    int raised = 0;
    const double t3 = ag_power(x[0], (-3.0), &raised);
    const double t4 = (-2.0) * t3;
    d[0] = t4;
    return raised;
}

static int partials_pow_1_minus_1(const double *x, double *d)
{
    int raised = 0;
    const double t3 = ag_power(x[0], (-2.0), &raised);
    const double t4 = (-1.0) * t3;
    d[0] = t4;
    return raised;
}

static int partials_pow_1_0_5(const double *x, double *d)
{
    int raised = 0;
    const double t2 = ag_power_slope(x[0], 0.5, &raised);
    d[0] = t2;
    return raised;
}

static int partials_pow_1_2(const double *x, double *d)
{
    int raised = 0;
    const double t3 = ag_power(x[0], 1.0, &raised);
    const double t4 = 2.0 * t3;
    d[0] = t4;
    return raised;
}

static int partials_pow_1_3(const double *x, double *d)
{
    int raised = 0;
    const double t3 = ag_power(x[0], 2.0, &raised);
    const double t4 = 3.0 * t3;
    d[0] = t4;
    return raised;
}

static int partials_pow_1_4(const double *x, double *d)
{
    int raised = 0;
    const double t3 = ag_power(x[0], 3.0, &raised);
    const double t4 = 4.0 * t3;
    d[0] = t4;
    return raised;
}

static int value_power_slope(const double *x, double *value)
{
    int raised = 0;
    *value = ag_power_slope(x[0], x[1], &raised);
    return raised;
}

static int partials_power_slope(const double *x, double *d)
{
    int raised = 0;
    const double t5 = fabs(x[0]);
    const double t6 = fabs(x[1]);
    const double t7 = t5 + t6;
    const double t8 = x[1] - 1.0;
    const double t9 = ag_power_slope(x[0], t8, &raised);
    const double t10 = x[1] * t9;
    const double t11 = ag_where(t7, t10, 0.0, &raised);
    const double t12 = x[1] - 1.0;
    const double t13 = ag_power(x[0], t12, &raised);
    const double t14 = x[1] - 1.0;
    const double t15 = ag_power_log(x[0], t14, &raised);
    const double t16 = x[1] * t15;
    const double t17 = t13 + t16;
    d[0] = t11;
    d[1] = t17;
    return raised;
}

static int partials_power_slope_1(const double *x, double *d)
{
    int raised = 0;
    if (!(x[1] != 0.0)) return 1;
    const double t5 = x[1] - 1.0;
    const double t6 = ag_power_slope(x[0], t5, &raised);
    const double t7 = x[1] * t6;
    d[0] = t7;
    return raised;
}

static int value_power_log(const double *x, double *value)
{
    int raised = 0;
    *value = ag_power_log(x[0], x[1], &raised);
    return raised;
}

static int partials_power_log(const double *x, double *d)
{
    int raised = 0;
    const double t5 = x[1] - 1.0;
    const double t6 = ag_power(x[0], t5, &raised);
    const double t7 = x[1] - 1.0;
    const double t8 = ag_power_log(x[0], t7, &raised);
    const double t9 = x[1] * t8;
    const double t10 = t6 + t9;
    const double t11 = ag_power_log(x[0], 0.0, &raised);
    const double t12 = x[2] * t11;
    d[0] = t10;
    d[1] = t12;
    return raised;
}

static int value_sqrt(const double *x, double *value)
{
    int raised = 0;
    *value = ag_sqrt(x[0], &raised);
    return raised;
}

static int partials_sqrt(const double *x, double *d)
{
    int raised = 0;
    const double t3 = 0.5 / ag_divisor(x[1], &raised);
    d[0] = t3;
    return raised;
}

static int value_cbrt(const double *x, double *value)
{
    int raised = 0;
    *value = ag_cbrt_2(x[0], &raised);
    return raised;
}

static int partials_cbrt(const double *x, double *d)
{
    int raised = 0;
    const double t4 = 3.0 * x[1];
    const double t5 = 1.0 / ag_divisor(t4, &raised);
    const double t6 = t5 / ag_divisor(x[1], &raised);
    d[0] = t6;
    return raised;
}

static int value_exp(const double *x, double *value)
{
    int raised = 0;
    *value = ag_exp(x[0], &raised);
    return raised;
}

static int partials_exp(const double *x, double *d)
{
    int raised = 0;
    d[0] = x[1];
    return raised;
}

static int value_exp2(const double *x, double *value)
{
    int raised = 0;
    *value = ag_exp2(x[0], &raised);
    return raised;
}

static int partials_exp2(const double *x, double *d)
{
    int raised = 0;
    const double t3 = 0.6931471805599453 * x[1];
    d[0] = t3;
    return raised;
}

static int value_expm1(const double *x, double *value)
{
    int raised = 0;
    *value = ag_expm1(x[0], &raised);
    return raised;
}

static int partials_expm1(const double *x, double *d)
{
    int raised = 0;
    const double t2 = ag_exp(x[0], &raised);
    d[0] = t2;
    return raised;
}

static int value_log(const double *x, double *value)
{
    int raised = 0;
    *value = ag_log(x[0], &raised);
    return raised;
}

static int partials_log(const double *x, double *d)
{
    int raised = 0;
    const double t3 = ag_positive_quotient(1.0, x[0], &raised);
    d[0] = t3;
    return raised;
}

static int value_log1p(const double *x, double *value)
{
    int raised = 0;
    *value = ag_log1p(x[0], &raised);
    return raised;
}

static int partials_log1p(const double *x, double *d)
{
    int raised = 0;
    const double t3 = 1.0 + x[0];
    const double t4 = ag_positive_quotient(1.0, t3, &raised);
    d[0] = t4;
    return raised;
}

static int value_log2(const double *x, double *value)
{
    int raised = 0;
    *value = ag_log2(x[0], &raised);
    return raised;
}

static int partials_log2(const double *x, double *d)
{
    int raised = 0;
    const double t3 = ag_positive_quotient(1.4426950408889634, x[0], &raised);
    d[0] = t3;
    return raised;
}

static int value_log10(const double *x, double *value)
{
    int raised = 0;
    *value = ag_log10(x[0], &raised);
    return raised;
}

static int partials_log10(const double *x, double *d)
{
    int raised = 0;
    const double t3 = ag_positive_quotient(0.43429448190325176, x[0], &raised);
    d[0] = t3;
    return raised;
}

static int value_sinh(const double *x, double *value)
{
    int raised = 0;
    *value = ag_sinh(x[0], &raised);
    return raised;
}

static int partials_sinh(const double *x, double *d)
{
    int raised = 0;
    const double t2 = ag_cosh(x[0], &raised);
    d[0] = t2;
    return raised;
}

static int value_cosh(const double *x, double *value)
{
    int raised = 0;
    *value = ag_cosh(x[0], &raised);
    return raised;
}

static int partials_cosh(const double *x, double *d)
{
    int raised = 0;
    const double t2 = ag_sinh(x[0], &raised);
    d[0] = t2;
    return raised;
}

static int value_sech_squared(const double *x, double *value)
{
    int raised = 0;
    *value = ag_sech_squared(x[0], &raised);
    return raised;
}

static int partials_sech_squared(const double *x, double *d)
{
    int raised = 0;
    const double t3 = (-2.0) * x[1];
    const double t4 = tanh(x[0]);
    const double t5 = t3 * t4;
    d[0] = t5;
    return raised;
}

static int value_tanh(const double *x, double *value)
{
    int raised = 0;
    *value = tanh(x[0]);
    return raised;
}

static int partials_tanh(const double *x, double *d)
{
    int raised = 0;
    const double t2 = ag_sech_squared(x[0], &raised);
    d[0] = t2;
    return raised;
}

static int value_asinh(const double *x, double *value)
{
    int raised = 0;
    *value = asinh(x[0]);
    return raised;
}

static int value_acosh(const double *x, double *value)
{
    int raised = 0;
    *value = ag_acosh(x[0], &raised);
    return raised;
}

static int partials_acosh(const double *x, double *d)
{
    int raised = 0;
    const double t3 = x[0] - 1.0;
    const double t4 = ag_sqrt(t3, &raised);
    const double t5 = 1.0 / ag_divisor(t4, &raised);
    const double t6 = x[0] + 1.0;
    const double t7 = ag_sqrt(t6, &raised);
    const double t8 = t5 / ag_divisor(t7, &raised);
    d[0] = t8;
    return raised;
}

static int value_atanh(const double *x, double *value)
{
    int raised = 0;
    *value = ag_atanh(x[0], &raised);
    return raised;
}

static int partials_atanh(const double *x, double *d)
{
    int raised = 0;
    const double t3 = ag_one_minus_square(x[0], &raised);
    const double t4 = ag_positive_quotient(1.0, t3, &raised);
    d[0] = t4;
    return raised;
}

static int value_sigmoid(const double *x, double *value)
{
    int raised = 0;
    *value = ag_sigmoid(x[0], &raised);
    return raised;
}

static int partials_sigmoid(const double *x, double *d)
{
    int raised = 0;
    const double t4 = 0.5 * x[0];
    const double t5 = ag_sech_squared(t4, &raised);
    const double t6 = 0.25 * t5;
    d[0] = t6;
    return raised;
}

static int value_log_sigmoid(const double *x, double *value)
{
    int raised = 0;
    *value = ag_log_sigmoid(x[0], &raised);
    return raised;
}

static int partials_log_sigmoid(const double *x, double *d)
{
    int raised = 0;
    const double t2 = -x[0];
    const double t3 = ag_sigmoid(t2, &raised);
    d[0] = t3;
    return raised;
}

static int value_softplus(const double *x, double *value)
{
    int raised = 0;
    *value = ag_softplus(x[0], &raised);
    return raised;
}

static int partials_softplus(const double *x, double *d)
{
    int raised = 0;
    const double t2 = ag_sigmoid(x[0], &raised);
    d[0] = t2;
    return raised;
}

static int value_silu(const double *x, double *value)
{
    int raised = 0;
    *value = ag_silu(x[0], &raised);
    return raised;
}

static int partials_silu(const double *x, double *d)
{
    int raised = 0;
    const double t2 = ag_silu_slope(x[0], &raised);
    d[0] = t2;
    return raised;
}

static int value_silu_slope(const double *x, double *value)
{
    int raised = 0;
    *value = ag_silu_slope(x[0], &raised);
    return raised;
}

static int partials_silu_slope(const double *x, double *d)
{
    int raised = 0;
    const double t6 = 0.5 * x[0];
    const double t7 = ag_sech_squared(t6, &raised);
    const double t8 = 0.5 * x[0];
    const double t9 = ag_sech_squared(t8, &raised);
    const double t10 = 0.25 * t9;
    const double t11 = 0.5 * x[0];
    const double t12 = tanh(t11);
    const double t13 = x[0] * t12;
    const double t14 = 2.0 - t13;
    const double t15 = t10 * t14;
    const double t16 = ag_where(t7, t15, 0.0, &raised);
    d[0] = t16;
    return raised;
}

static int value_elu(const double *x, double *value)
{
    int raised = 0;
    *value = ag_elu(x[0], x[1], &raised);
    return raised;
}

static int partials_elu_1(const double *x, double *d)
{
    int raised = 0;
    const double t5 = ag_step(x[0], &raised);
    const double t6 = ag_step(x[0], &raised);
    const double t7 = 1.0 - t6;
    const double t8 = ag_minimum(x[0], 0.0, &raised);
    const double t9 = ag_exp(t8, &raised);
    const double t10 = x[1] * t9;
    const double t11 = t7 * t10;
    const double t12 = t5 + t11;
    d[0] = t12;
    return raised;
}

static int value_softsign(const double *x, double *value)
{
    int raised = 0;
    *value = ag_softsign(x[0], &raised);
    return raised;
}

static int partials_softsign(const double *x, double *d)
{
    int raised = 0;
    const double t3 = fabs(x[0]);
    const double t4 = 1.0 + t3;
    const double t5 = 1.0 / ag_divisor(t4, &raised);
    const double t6 = fabs(x[0]);
    const double t7 = 1.0 + t6;
    const double t8 = t5 / ag_divisor(t7, &raised);
    d[0] = t8;
    return raised;
}

static int value_exp_difference(const double *x, double *value)
{
    int raised = 0;
    *value = ag_exp_difference(x[0], x[1], &raised);
    return raised;
}

static int partials_exp_difference(const double *x, double *d)
{
    int raised = 0;
    const double t3 = -x[2];
    d[0] = x[2];
    d[1] = t3;
    return raised;
}

static int value_relative_exp(const double *x, double *value)
{
    int raised = 0;
    *value = ag_relative_exp(x[0], x[1], &raised);
    return raised;
}

static int partials_relative_exp(const double *x, double *d)
{
    int raised = 0;
    const double t3 = -x[2];
    d[0] = x[2];
    d[1] = t3;
    return raised;
}

static int value_sigmoid_difference(const double *x, double *value)
{
    int raised = 0;
    *value = ag_sigmoid_difference(x[0], x[1], &raised);
    return raised;
}

static int partials_sigmoid_difference(const double *x, double *d)
{
    int raised = 0;
    const double t3 = ag_sigmoid_difference(x[1], x[0], &raised);
    const double t4 = x[2] * t3;
    const double t5 = -x[2];
    const double t6 = ag_sigmoid_difference(x[1], x[0], &raised);
    const double t7 = t5 * t6;
    d[0] = t4;
    d[1] = t7;
    return raised;
}

static int value_logaddexp(const double *x, double *value)
{
    int raised = 0;
    *value = ag_logaddexp(x[0], x[1], &raised);
    return raised;
}

static int partials_logaddexp(const double *x, double *d)
{
    int raised = 0;
    const double t3 = ag_sigmoid_difference(x[0], x[1], &raised);
    const double t4 = ag_sigmoid_difference(x[1], x[0], &raised);
    d[0] = t3;
    d[1] = t4;
    return raised;
}

static int value_gamma(const double *x, double *value)
{
    int raised = 0;
    *value = ag_gamma_2(x[0], &raised);
    return raised;
}

static int partials_gamma(const double *x, double *d)
{
    int raised = 0;
    const double t2 = ag_digamma(x[0], &raised);
    const double t3 = ag_weighted_gamma(t2, x[0], &raised);
    d[0] = t3;
    return raised;
}

static int value_weighted_gamma(const double *x, double *value)
{
    int raised = 0;
    *value = ag_weighted_gamma(x[0], x[1], &raised);
    return raised;
}

static int partials_weighted_gamma(const double *x, double *d)
{
    int raised = 0;
    const double t3 = ag_gamma_2(x[1], &raised);
    const double t4 = ag_digamma(x[1], &raised);
    const double t5 = x[0] * t4;
    const double t6 = ag_weighted_gamma(t5, x[1], &raised);
    d[0] = t3;
    d[1] = t6;
    return raised;
}

static int value_lgamma(const double *x, double *value)
{
    int raised = 0;
    *value = ag_lgamma_2(x[0], &raised);
    return raised;
}

static int partials_lgamma(const double *x, double *d)
{
    int raised = 0;
    const double t2 = ag_digamma(x[0], &raised);
    d[0] = t2;
    return raised;
}

static int value_digamma(const double *x, double *value)
{
    int raised = 0;
    *value = ag_digamma(x[0], &raised);
    return raised;
}

static int partials_digamma(const double *x, double *d)
{
    int raised = 0;
    const double t2 = ag_polygamma(x[0], 1.0, &raised);
    d[0] = t2;
    return raised;
}

static int value_polygamma(const double *x, double *value)
{
    int raised = 0;
    *value = ag_polygamma(x[0], x[1], &raised);
    return raised;
}

static int value_erf(const double *x, double *value)
{
    int raised = 0;
    *value = erf(x[0]);
    return raised;
}

static int partials_erf(const double *x, double *d)
{
    int raised = 0;
    const double t3 = ag_gaussian(x[0], &raised);
    const double t4 = 1.1283791670955126 * t3;
    d[0] = t4;
    return raised;
}

static int value_erfc(const double *x, double *value)
{
    int raised = 0;
    *value = ag_erfc_2(x[0], &raised);
    return raised;
}

static int partials_erfc(const double *x, double *d)
{
    int raised = 0;
    const double t3 = ag_gaussian(x[0], &raised);
    const double t4 = (-1.1283791670955126) * t3;
    d[0] = t4;
    return raised;
}

static int value_gaussian(const double *x, double *value)
{
    int raised = 0;
    *value = ag_gaussian(x[0], &raised);
    return raised;
}

static int partials_gaussian(const double *x, double *d)
{
    int raised = 0;
    const double t4 = (-2.0) * x[0];
    const double t5 = t4 * x[1];
    const double t6 = ag_where(x[1], t5, 0.0, &raised);
    d[0] = t6;
    return raised;
}

static int value_norm_cdf(const double *x, double *value)
{
    int raised = 0;
    *value = ag_norm_cdf(x[0], &raised);
    return raised;
}

static int partials_norm_cdf(const double *x, double *d)
{
    int raised = 0;
    const double t2 = ag_norm_pdf(x[0], &raised);
    d[0] = t2;
    return raised;
}

static int value_norm_pdf(const double *x, double *value)
{
    int raised = 0;
    *value = ag_norm_pdf(x[0], &raised);
    return raised;
}

static int partials_norm_pdf(const double *x, double *d)
{
    int raised = 0;
    const double t2 = -x[0];
    const double t3 = ag_weighted_norm_pdf(t2, x[0], &raised);
    d[0] = t3;
    return raised;
}

static int value_weighted_norm_pdf(const double *x, double *value)
{
    int raised = 0;
    *value = ag_weighted_norm_pdf(x[0], x[1], &raised);
    return raised;
}

static int partials_weighted_norm_pdf(const double *x, double *d)
{
    int raised = 0;
    const double t3 = ag_norm_pdf(x[1], &raised);
    const double t4 = -x[1];
    const double t5 = t4 * x[0];
    const double t6 = ag_weighted_norm_pdf(t5, x[1], &raised);
    d[0] = t3;
    d[1] = t6;
    return raised;
}

static int value_gelu(const double *x, double *value)
{
    int raised = 0;
    *value = ag_gelu(x[0], &raised);
    return raised;
}

static int partials_gelu(const double *x, double *d)
{
    int raised = 0;
    const double t2 = ag_gelu_slope(x[0], &raised);
    d[0] = t2;
    return raised;
}

static int value_gelu_slope(const double *x, double *value)
{
    int raised = 0;
    *value = ag_gelu_slope(x[0], &raised);
    return raised;
}

static int partials_gelu_slope(const double *x, double *d)
{
    int raised = 0;
    const double t4 = 1.4142135623730951 - x[0];
    const double t5 = t4 + (-9.667293313452913e-17);
    const double t6 = 1.4142135623730951 + x[0];
    const double t7 = t6 + (-9.667293313452913e-17);
    const double t8 = t5 * t7;
    const double t9 = ag_weighted_norm_pdf(t8, x[0], &raised);
    d[0] = t9;
    return raised;
}

static int value_floor(const double *x, double *value)
{
    int raised = 0;
    *value = ag_floor_2(x[0], &raised);
    return raised;
}

static int partials_floor(const double *x, double *d)
{
    int raised = 0;
    const double t2 = ag_flat(x[0], &raised);
    d[0] = t2;
    return raised;
}

static int value_ceil(const double *x, double *value)
{
    int raised = 0;
    *value = ag_ceil_2(x[0], &raised);
    return raised;
}

static int partials_ceil(const double *x, double *d)
{
    int raised = 0;
    const double t2 = ag_flat(x[0], &raised);
    d[0] = t2;
    return raised;
}

static int value_trunc(const double *x, double *value)
{
    int raised = 0;
    *value = ag_trunc_2(x[0], &raised);
    return raised;
}

static int partials_trunc(const double *x, double *d)
{
    int raised = 0;
    const double t2 = ag_flat(x[0], &raised);
    d[0] = t2;
    return raised;
}

static int value_round(const double *x, double *value)
{
    int raised = 0;
    *value = ag_round(x[0], x[1], &raised);
    return raised;
}

static int partials_round_1(const double *x, double *d)
{
    int raised = 0;
    const double t3 = ag_flat(x[0], &raised);
    d[0] = t3;
    return raised;
}

static int value_floordiv(const double *x, double *value)
{
    int raised = 0;
    *value = ag_floordiv(x[0], x[1], &raised);
    return raised;
}

static int partials_floordiv(const double *x, double *d)
{
    int raised = 0;
    const double t3 = ag_flat(x[2], &raised);
    const double t4 = ag_flat(x[2], &raised);
    d[0] = t3;
    d[1] = t4;
    return raised;
}

static int value_mod(const double *x, double *value)
{
    int raised = 0;
    *value = ag_mod(x[0], x[1], &raised);
    return raised;
}

static int partials_mod(const double *x, double *d)
{
    int raised = 0;
    const double t4 = ag_floordiv(x[0], x[1], &raised);
    const double t5 = -t4;
    d[0] = 1.0;
    d[1] = t5;
    return raised;
}

static int value_fmod(const double *x, double *value)
{
    int raised = 0;
    *value = ag_fmod(x[0], x[1], &raised);
    return raised;
}

static int partials_fmod(const double *x, double *d)
{
    int raised = 0;
    const double t4 = x[0] / ag_divisor(x[1], &raised);
    const double t5 = x[2] / ag_divisor(x[1], &raised);
    const double t6 = t4 - t5;
    const double t7 = ag_round(t6, 0.0, &raised);
    const double t8 = -t7;
    d[0] = 1.0;
    d[1] = t8;
    return raised;
}

static int value_ieee_remainder(const double *x, double *value)
{
    int raised = 0;
    *value = ag_remainder(x[0], x[1], &raised);
    return raised;
}

static int partials_ieee_remainder(const double *x, double *d)
{
    int raised = 0;
    const double t4 = x[0] / ag_divisor(x[1], &raised);
    const double t5 = x[2] / ag_divisor(x[1], &raised);
    const double t6 = t4 - t5;
    const double t7 = ag_round(t6, 0.0, &raised);
    const double t8 = -t7;
    d[0] = 1.0;
    d[1] = t8;
    return raised;
}

static int value_softmax_share(const double *x, double *value)
{
    int raised = 0;
    *value = ag_softmax_share(x[0], x[1], &raised);
    return raised;
}

static int partials_softmax_share(const double *x, double *d)
{
    int raised = 0;
    const double t3 = x[0] + x[1];
    const double t4 = x[1] / ag_divisor(t3, &raised);
    const double t5 = t4 / ag_divisor(t3, &raised);
    const double t6 = x[2] / ag_divisor(t3, &raised);
    const double t7 = -t6;
    d[0] = t5;
    d[1] = t7;
    return raised;
}

static int value_greater(const double *x, double *value)
{
    int raised = 0;
    *value = ag_greater(x[0], x[1], &raised);
    return raised;
}

static int partials_greater(const double *x, double *d)
{
    int raised = 0;
    d[0] = 0.0;
    d[1] = 0.0;
    return raised;
}

static int value_greater_equal(const double *x, double *value)
{
    int raised = 0;
    *value = ag_greater_equal(x[0], x[1], &raised);
    return raised;
}

static int partials_greater_equal(const double *x, double *d)
{
    int raised = 0;
    d[0] = 0.0;
    d[1] = 0.0;
    return raised;
}

static int value_less(const double *x, double *value)
{
    int raised = 0;
    *value = ag_less(x[0], x[1], &raised);
    return raised;
}

static int partials_less(const double *x, double *d)
{
    int raised = 0;
    d[0] = 0.0;
    d[1] = 0.0;
    return raised;
}

static int value_less_equal(const double *x, double *value)
{
    int raised = 0;
    *value = ag_less_equal(x[0], x[1], &raised);
    return raised;
}

static int partials_less_equal(const double *x, double *d)
{
    int raised = 0;
    d[0] = 0.0;
    d[1] = 0.0;
    return raised;
}

static int value_equal(const double *x, double *value)
{
    int raised = 0;
    *value = ag_equal(x[0], x[1], &raised);
    return raised;
}

static int partials_equal(const double *x, double *d)
{
    int raised = 0;
    d[0] = 0.0;
    d[1] = 0.0;
    return raised;
}

static int value_not_equal(const double *x, double *value)
{
    int raised = 0;
    *value = ag_not_equal(x[0], x[1], &raised);
    return raised;
}

static int partials_not_equal(const double *x, double *d)
{
    int raised = 0;
    d[0] = 0.0;
    d[1] = 0.0;
    return raised;
}

static int value_stop_gradient(const double *x, double *value)
{
    int raised = 0;
    *value = ag_stop_gradient(x[0], &raised);
    return raised;
}

static int partials_stop_gradient(const double *x, double *d)
{
    int raised = 0;
    d[0] = 0.0;
    return raised;
}

static int value_is_either(const double *x, double *value)
{
    int raised = 0;
    *value = ag_is_either(x[0], x[1], x[2], &raised);
    return raised;
}

static int partials_is_either(const double *x, double *d)
{
    int raised = 0;
    d[0] = 0.0;
    d[1] = 0.0;
    d[2] = 0.0;
    return raised;
}

static int value_sin(const double *x, double *value)
{
    int raised = 0;
    *value = ag_sin(x[0], &raised);
    return raised;
}

static int partials_sin(const double *x, double *d)
{
    int raised = 0;
    const double t2 = ag_cos(x[0], &raised);
    d[0] = t2;
    return raised;
}

static int value_cos(const double *x, double *value)
{
    int raised = 0;
    *value = ag_cos(x[0], &raised);
    return raised;
}

static int partials_cos(const double *x, double *d)
{
    int raised = 0;
    const double t2 = ag_sin(x[0], &raised);
    const double t3 = -t2;
    d[0] = t3;
    return raised;
}

static int value_tan(const double *x, double *value)
{
    int raised = 0;
    *value = ag_tan(x[0], &raised);
    return raised;
}

static int partials_tan(const double *x, double *d)
{
    int raised = 0;
    const double t3 = x[1] * x[1];
    const double t4 = 1.0 + t3;
    d[0] = t4;
    return raised;
}

static int value_asin(const double *x, double *value)
{
    int raised = 0;
    *value = ag_asin(x[0], &raised);
    return raised;
}

static int partials_asin(const double *x, double *d)
{
    int raised = 0;
    const double t3 = ag_one_minus_square(x[0], &raised);
    const double t4 = ag_sqrt(t3, &raised);
    const double t5 = 1.0 / ag_divisor(t4, &raised);
    d[0] = t5;
    return raised;
}

static int value_acos(const double *x, double *value)
{
    int raised = 0;
    *value = ag_acos(x[0], &raised);
    return raised;
}

static int partials_acos(const double *x, double *d)
{
    int raised = 0;
    const double t3 = ag_one_minus_square(x[0], &raised);
    const double t4 = ag_sqrt(t3, &raised);
    const double t5 = (-1.0) / ag_divisor(t4, &raised);
    d[0] = t5;
    return raised;
}

static int value_atan(const double *x, double *value)
{
    int raised = 0;
    *value = atan(x[0]);
    return raised;
}

static int partials_atan(const double *x, double *d)
{
    int raised = 0;
    const double t3 = ag_angle_slope(1.0, x[0], &raised);
    d[0] = t3;
    return raised;
}

static int value_atan2(const double *x, double *value)
{
    int raised = 0;
    *value = atan2(x[0], x[1]);
    return raised;
}

static int partials_atan2(const double *x, double *d)
{
    int raised = 0;
    const double t3 = ag_angle_slope(x[1], x[0], &raised);
    const double t4 = ag_angle_slope(x[0], x[1], &raised);
    const double t5 = -t4;
    d[0] = t3;
    d[1] = t5;
    return raised;
}

static int value_angle_slope(const double *x, double *value)
{
    int raised = 0;
    *value = ag_angle_slope(x[0], x[1], &raised);
    return raised;
}

static int value_sinc(const double *x, double *value)
{
    int raised = 0;
    *value = ag_sinc(x[0], &raised);
    return raised;
}

static int partials_sinc(const double *x, double *d)
{
    int raised = 0;
    const double t2 = ag_sinc_derivative(x[0], 1.0, &raised);
    d[0] = t2;
    return raised;
}

static int value_sinc_derivative(const double *x, double *value)
{
    int raised = 0;
    *value = ag_sinc_derivative(x[0], x[1], &raised);
    return raised;
}

static const Rule RULES[] = {
    {"flat", 1, 0, NAN, value_flat, partials_flat},
    {"step", 1, 0, NAN, value_step, partials_step},
    {"sign", 1, 0, NAN, value_sign, partials_sign},
    {"larger_share", 2, 0, NAN, value_larger_share, partials_larger_share},
    {"abs", 1, 0, NAN, value_abs, partials_abs},
    {"copysign", 2, 0, NAN, value_copysign, partials_copysign},
    {"relu", 1, 0, NAN, value_relu, partials_relu},
    {"leaky_relu", 1, 1, NAN, value_leaky_relu, partials_leaky_relu_1},
    {"maximum", 2, 0, NAN, value_maximum, partials_maximum},
    {"minimum", 2, 0, NAN, value_minimum, partials_minimum},
    {"clip", 1, 2, NAN, value_clip, partials_clip_2},
    {"nonzero", 1, 0, NAN, value_nonzero, partials_nonzero},
    {"where", 3, 0, NAN, value_where, partials_where},
    {"identity", 1, 0, NAN, value_identity, partials_identity},
    {"add", 2, 0, NAN, value_add, partials_add},
    {"sub", 2, 0, NAN, value_sub, partials_sub},
    {"mul", 2, 0, NAN, value_mul, partials_mul},
    {"neg", 1, 0, NAN, value_neg, partials_neg},
    {"square", 1, 0, NAN, value_square, partials_square},
    {"one_minus_square", 1, 0, NAN, value_one_minus_square, partials_one_minus_square},
    {"div", 2, 0, NAN, value_div, partials_div},
    {"quotient_by_square", 2, 0, NAN, value_quotient_by_square, partials_quotient_by_square},
    {"positive_quotient", 2, 0, NAN, value_positive_quotient, partials_positive_quotient},
    {"reciprocal", 1, 0, NAN, value_reciprocal, partials_reciprocal},
    {"pow", 2, 0, NAN, value_pow, partials_pow},
    {"pow", 1, 1, (-2.0), value_pow, partials_pow_1_minus_2},
    {"pow", 1, 1, (-1.0), value_pow, partials_pow_1_minus_1},
    {"pow", 1, 1, 0.5, value_pow, partials_pow_1_0_5},
    {"pow", 1, 1, 2.0, value_pow, partials_pow_1_2},
    {"pow", 1, 1, 3.0, value_pow, partials_pow_1_3},
    {"pow", 1, 1, 4.0, value_pow, partials_pow_1_4},
    {"pow", 1, 1, NAN, value_pow, 0},
    {"power_slope", 2, 0, NAN, value_power_slope, partials_power_slope},
    {"power_slope", 1, 1, NAN, value_power_slope, partials_power_slope_1},
    {"power_log", 2, 0, NAN, value_power_log, partials_power_log},
    {"sqrt", 1, 0, NAN, value_sqrt, partials_sqrt},
    {"cbrt", 1, 0, NAN, value_cbrt, partials_cbrt},
    {"exp", 1, 0, NAN, value_exp, partials_exp},
    {"exp2", 1, 0, NAN, value_exp2, partials_exp2},
    {"expm1", 1, 0, NAN, value_expm1, partials_expm1},
    {"log", 1, 0, NAN, value_log, partials_log},
    {"log1p", 1, 0, NAN, value_log1p, partials_log1p},
    {"log2", 1, 0, NAN, value_log2, partials_log2},
    {"log10", 1, 0, NAN, value_log10, partials_log10},
    {"sinh", 1, 0, NAN, value_sinh, partials_sinh},
    {"cosh", 1, 0, NAN, value_cosh, partials_cosh},
    {"sech_squared", 1, 0, NAN, value_sech_squared, partials_sech_squared},
    {"tanh", 1, 0, NAN, value_tanh, partials_tanh},
    {"asinh", 1, 0, NAN, value_asinh, 0},
    {"acosh", 1, 0, NAN, value_acosh, partials_acosh},
    {"atanh", 1, 0, NAN, value_atanh, partials_atanh},
    {"sigmoid", 1, 0, NAN, value_sigmoid, partials_sigmoid},
    {"log_sigmoid", 1, 0, NAN, value_log_sigmoid, partials_log_sigmoid},
    {"softplus", 1, 0, NAN, value_softplus, partials_softplus},
    {"silu", 1, 0, NAN, value_silu, partials_silu},
    {"silu_slope", 1, 0, NAN, value_silu_slope, partials_silu_slope},
    {"elu", 1, 1, NAN, value_elu, partials_elu_1},
    {"softsign", 1, 0, NAN, value_softsign, partials_softsign},
    {"exp_difference", 2, 0, NAN, value_exp_difference, partials_exp_difference},
    {"relative_exp", 2, 0, NAN, value_relative_exp, partials_relative_exp},
    {"sigmoid_difference", 2, 0, NAN, value_sigmoid_difference, partials_sigmoid_difference},
    {"logaddexp", 2, 0, NAN, value_logaddexp, partials_logaddexp},
    {"gamma", 1, 0, NAN, value_gamma, partials_gamma},
    {"weighted_gamma", 2, 0, NAN, value_weighted_gamma, partials_weighted_gamma},
    {"lgamma", 1, 0, NAN, value_lgamma, partials_lgamma},
    {"digamma", 1, 0, NAN, value_digamma, partials_digamma},
    {"polygamma", 1, 1, NAN, value_polygamma, 0},
    {"erf", 1, 0, NAN, value_erf, partials_erf},
    {"erfc", 1, 0, NAN, value_erfc, partials_erfc},
    {"gaussian", 1, 0, NAN, value_gaussian, partials_gaussian},
    {"norm_cdf", 1, 0, NAN, value_norm_cdf, partials_norm_cdf},
    {"norm_pdf", 1, 0, NAN, value_norm_pdf, partials_norm_pdf},
    {"weighted_norm_pdf", 2, 0, NAN, value_weighted_norm_pdf, partials_weighted_norm_pdf},
    {"gelu", 1, 0, NAN, value_gelu, partials_gelu},
    {"gelu_slope", 1, 0, NAN, value_gelu_slope, partials_gelu_slope},
    {"floor", 1, 0, NAN, value_floor, partials_floor},
    {"ceil", 1, 0, NAN, value_ceil, partials_ceil},
    {"trunc", 1, 0, NAN, value_trunc, partials_trunc},
    {"round", 1, 1, NAN, value_round, partials_round_1},
    {"floordiv", 2, 0, NAN, value_floordiv, partials_floordiv},
    {"mod", 2, 0, NAN, value_mod, partials_mod},
    {"fmod", 2, 0, NAN, value_fmod, partials_fmod},
    {"ieee_remainder", 2, 0, NAN, value_ieee_remainder, partials_ieee_remainder},
    {"softmax_share", 2, 0, NAN, value_softmax_share, partials_softmax_share},
    {"greater", 2, 0, NAN, value_greater, partials_greater},
    {"greater_equal", 2, 0, NAN, value_greater_equal, partials_greater_equal},
    {"less", 2, 0, NAN, value_less, partials_less},
    {"less_equal", 2, 0, NAN, value_less_equal, partials_less_equal},
    {"equal", 2, 0, NAN, value_equal, partials_equal},
    {"not_equal", 2, 0, NAN, value_not_equal, partials_not_equal},
    {"stop_gradient", 1, 0, NAN, value_stop_gradient, partials_stop_gradient},
    {"is_either", 3, 0, NAN, value_is_either, partials_is_either},
    {"sin", 1, 0, NAN, value_sin, partials_sin},
    {"cos", 1, 0, NAN, value_cos, partials_cos},
    {"tan", 1, 0, NAN, value_tan, partials_tan},
    {"asin", 1, 0, NAN, value_asin, partials_asin},
    {"acos", 1, 0, NAN, value_acos, partials_acos},
    {"atan", 1, 0, NAN, value_atan, partials_atan},
    {"atan2", 2, 0, NAN, value_atan2, partials_atan2},
    {"angle_slope", 2, 0, NAN, value_angle_slope, 0},
    {"sinc", 1, 0, NAN, value_sinc, partials_sinc},
    {"sinc_derivative", 1, 1, NAN, value_sinc_derivative, 0},
};
