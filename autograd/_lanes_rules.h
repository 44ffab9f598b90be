/* Written by python -m tests.lane_rules from the records in autograd/rules: not to be edited.

   A loop over lanes for each operation: LOOP_n(kind, name, value of x0[k], x1[k] ...). Those of straight functions come
   first; WITH_CALLING there are also the others. OPERATIONS lists all, in the order of their codes. */
#define TABLE_DIGEST "d4b77796b356daa9"
#define ROUNDER 6755399441055744.0
#define SQRT_HALF_BITS 4604544271217802189u

INLINED double ag_rest_of_product(double x_1, double y_1, double product_1);
INLINED double ag_flat(double x_1);
INLINED double ag_step(double x_1);
INLINED double ag_sign(double x_1);
INLINED double ag_larger_share(double x_1, double y_1);
INLINED double ag_relu(double x_1);
INLINED double ag_leaky_relu(double x_1, double slope_1);
INLINED double ag_maximum(double x_1, double y_1);
INLINED double ag_minimum(double x_1, double y_1);
INLINED double ag_clip(double x_1, double low_1, double high_1, int *raised);
INLINED double ag_clip_or_ieee(double x_1, double low_1, double high_1);
INLINED double ag_nonzero(double x_1);
INLINED double ag_where(double condition_1, double x_1, double y_1);
INLINED double ag_identity(double x_1);
INLINED double ag_square(double x_1);
INLINED double ag_one_minus_square(double x_1);
INLINED double ag_quotient_by_square(double x_1, double y_1);
INLINED double ag_positive_quotient(double x_1, double y_1);
INLINED double ag_reciprocal(double x_1);
INLINED int ag_is_integer(double x);
INLINED double ag_polynomial(double t_1);
INLINED double ag_log_2(double x_1);
INLINED double ag_sum_error(double x_1, double y_1, double total_1);
INLINED double ag_product_error(double x_1, double y_1, double product_1);
INLINED double ag_polynomial_2(double t_1);
INLINED double ag_exp_2(double x_1);
INLINED double ag_expm1_2(double x_1);
INLINED double ag_log1p_2(double x_1);
INLINED double ag_sech_squared(double x_1);
INLINED double ag_tanh_2(double x_1);
INLINED double ag_sigmoid(double x_1);
INLINED double ag_softplus(double x_1);
INLINED double ag_log_sigmoid(double x_1);
INLINED double ag_silu(double x_1);
INLINED double ag_polynomial_3(double t_1);
INLINED double ag_silu_slope(double x_1);
INLINED double ag_elu(double x_1, double alpha_1);
INLINED double ag_softsign(double x_1);
INLINED double ag_exp_difference(double x_1, double y_1);
INLINED double ag_relative_exp(double x_1, double y_1);
INLINED double ag_sigmoid_difference(double x_1, double y_1);
INLINED double ag_logaddexp(double x_1, double y_1);
INLINED double ag_polynomial_4(double t_1);
INLINED double ag_lgamma_near_zeros(double from_one_1, double from_two_1, double x_1);
INLINED double ag_ieee_gamma(double x_1);
INLINED double ag_weighted_gamma_ieee(double weight_1, double x_1);
INLINED double ag_stirling(double x_1);
INLINED double ag_lgamma_ieee(double x_1);
INLINED double ag_polynomial_5(double t_1);
INLINED double ag_digamma_near_zero_crossing(double x_1);
INLINED double ag_digamma_ieee(double x_1);
INLINED double ag_polynomial_6(double t_1);
INLINED double ag_erf_near_zero(double x_1);
INLINED double ag_scaled_erfc(double x_1, double away_1, double lost_1);
INLINED double ag_scaled_gaussian(double factor_1, double square_1, double lost_1);
INLINED double ag_erfc_tail(double x_1);
INLINED double ag_erfc_2(double x_1);
INLINED double ag_gaussian(double x_1);
INLINED double ag_scaled_tail(double x_1, double lost_1);
INLINED double ag_weighted_tail(double weight_1, double x_1);
INLINED double ag_norm_cdf(double x_1);
INLINED double ag_weighted_norm_pdf(double weight_1, double x_1);
INLINED double ag_norm_pdf(double x_1);
INLINED double ag_gelu(double x_1);
INLINED double ag_polynomial_7(double t_1);
INLINED double ag_gelu_slope(double x_1);
INLINED double ag_floor_2(double x_1);
INLINED double ag_ceil_2(double x_1);
INLINED double ag_trunc_2(double x_1);
INLINED double ag_nearest(double x_1);
INLINED double ag_lost_by_product(double x_1, double y_1, double product_1);
INLINED double ag_ieee_floordiv(double x_1, double y_1);
INLINED double ag_softmax_share(double part_1, double others_1);
INLINED double ag_greater(double x_1, double y_1);
INLINED double ag_greater_equal(double x_1, double y_1);
INLINED double ag_less(double x_1, double y_1);
INLINED double ag_less_equal(double x_1, double y_1);
INLINED double ag_equal(double x_1, double y_1);
INLINED double ag_not_equal(double x_1, double y_1);
INLINED double ag_stop_gradient(double x_1);
INLINED double ag_is_either(double x_1, double first_1, double second_1);

INLINED double ag_rest_of_product(double x_1, double y_1, double product_1)
{
    double big_1, x_high_1, x_low_1, big_2, y_high_1, y_low_1;
    big_1 = (134217729.0 * x_1);
    x_high_1 = (big_1 - (big_1 - x_1));
    x_low_1 = (x_1 - x_high_1);
    big_2 = (134217729.0 * y_1);
    y_high_1 = (big_2 - (big_2 - y_1));
    y_low_1 = (y_1 - y_high_1);
    return (((((x_high_1 * y_high_1) - product_1) + (x_high_1 * y_low_1)) + (x_low_1 * y_high_1)) + (x_low_1 * y_low_1));
}

INLINED double ag_flat(double x_1)
{
    return chosen_of((x_1 == x_1), 0.0, x_1);
}

INLINED double ag_step(double x_1)
{
    return chosen_of((x_1 > 0.0), 1.0, chosen_of((x_1 <= 0.0), 0.0, x_1));
}

INLINED double ag_sign(double x_1)
{
    return chosen_of((x_1 > 0.0), 1.0, chosen_of((x_1 < 0.0), (-1.0), chosen_of((x_1 == 0.0), 0.0, x_1)));
}

INLINED double ag_larger_share(double x_1, double y_1)
{
    return chosen_of((x_1 > y_1), 1.0, chosen_of((x_1 < y_1), 0.0, chosen_of((x_1 == y_1), 0.5, NAN)));
}

INLINED double ag_relu(double x_1)
{
    return chosen_of((x_1 <= 0.0), 0.0, x_1);
}

INLINED double ag_leaky_relu(double x_1, double slope_1)
{
    return chosen_of((x_1 > 0.0), x_1, (slope_1 * x_1));
}

INLINED double ag_maximum(double x_1, double y_1)
{
    return chosen_of(((x_1 > y_1) || (x_1 != x_1)), x_1, y_1);
}

INLINED double ag_minimum(double x_1, double y_1)
{
    return chosen_of(((x_1 < y_1) || (x_1 != x_1)), x_1, y_1);
}

INLINED double ag_clip(double x_1, double low_1, double high_1, int *raised)
{
    if (*raised) return 0.0;
    if ((!(low_1 <= high_1))) {
        if (!*raised) *raised = 2;
        return 0.0;
    }
    return ((x_1 < low_1) ? low_1 : ((x_1 > high_1) ? high_1 : x_1));
}

INLINED double ag_clip_or_ieee(double x_1, double low_1, double high_1)
{
    int raised = 0;
    const double value = ag_clip(x_1, low_1, high_1, &raised);
    return raised ? (raised == 1 ? INFINITY : NAN) : value;
}

INLINED double ag_nonzero(double x_1)
{
    return chosen_of((x_1 != 0.0), 1.0, 0.0);
}

INLINED double ag_where(double condition_1, double x_1, double y_1)
{
    return chosen_of((condition_1 != 0.0), x_1, y_1);
}

INLINED double ag_identity(double x_1)
{
    return x_1;
}

INLINED double ag_square(double x_1)
{
    return (x_1 * x_1);
}

INLINED double ag_one_minus_square(double x_1)
{
    return ((1.0 - x_1) * (1.0 + x_1));
}

INLINED double ag_quotient_by_square(double x_1, double y_1)
{
    double quotient_1, t_1;
    quotient_1 = (x_1 / y_1);
    const int choice_of_1 = ((fabs(quotient_1) > 9.332636185032189e-302) || (fabs(y_1) >= 1.0));
    double one_of_1, other_of_1;
    one_of_1 = (quotient_1 / y_1);
    t_1 = ((x_1 * 1.2676506002282294e+30) / y_1);
    other_of_1 = (t_1 / (y_1 * 1.2676506002282294e+30));
    return chosen_of(choice_of_1, one_of_1, other_of_1);
}

INLINED double ag_positive_quotient(double x_1, double y_1)
{
    return chosen_of(((y_1 > 0.0) || (y_1 != y_1)), (x_1 / y_1), chosen_of((y_1 == 0.0), copysign(INFINITY, x_1), NAN));
}

INLINED double ag_reciprocal(double x_1)
{
    return (1.0 / x_1);
}

INLINED int ag_is_integer(double x)
{
    return isfinite(x) && floor(x) == x;
}

INLINED double ag_polynomial(double t_1)
{
    double square_1, even_1, odd_1, even_2, odd_2, even_3, odd_3, even_4, odd_4, even_5, odd_5, odd_6;
    square_1 = (t_1 * t_1);
    even_1 = multiply_add(0.0, square_1, 0.10526315789473684);
    odd_1 = multiply_add(0.0, square_1, 0.09523809523809523);
    even_2 = multiply_add(even_1, square_1, 0.13333333333333333);
    odd_2 = multiply_add(odd_1, square_1, 0.11764705882352941);
    even_3 = multiply_add(even_2, square_1, 0.18181818181818182);
    odd_3 = multiply_add(odd_2, square_1, 0.15384615384615385);
    even_4 = multiply_add(even_3, square_1, 0.2857142857142857);
    odd_4 = multiply_add(odd_3, square_1, 0.2222222222222222);
    even_5 = multiply_add(even_4, square_1, 0.6666666666666666);
    odd_5 = multiply_add(odd_4, square_1, 0.4);
    odd_6 = (t_1 * odd_5);
    return (even_5 + odd_6);
}

INLINED double ag_log_2(double x_1)
{
    double subnormal_1, normal_1, f_1, k_1, s_1, square_1, half_1, result_1, result_2, outside_1;
    subnormal_1 = ((x_1 < 2.2250738585072014e-308) ? 1.0 : 0.0);
    normal_1 = chosen_of((subnormal_1 != 0.0), (x_1 * 1.8014398509481984e+16), x_1);
    f_1 = (fraction(normal_1) - 1.0);
    k_1 = (exponent(normal_1) - chosen_of((subnormal_1 != 0.0), 54.0, 0.0));
    s_1 = (f_1 / (2.0 + f_1));
    square_1 = (s_1 * s_1);
    half_1 = ((0.5 * f_1) * f_1);
    result_1 = multiply_add(k_1, 0.6931471803691238, -((half_1 - multiply_add(s_1, multiply_add(square_1, ag_polynomial(square_1), half_1), (k_1 * 1.9082149292705877e-10))) - f_1));
    result_2 = chosen_of((x_1 < INFINITY), result_1, x_1);
    outside_1 = chosen_of((x_1 == 0.0), (-INFINITY), NAN);
    return chosen_of((x_1 > 0.0), result_2, outside_1);
}

INLINED double ag_sum_error(double x_1, double y_1, double total_1)
{
    double rest_1;
    rest_1 = (total_1 - x_1);
    return ((x_1 - (total_1 - rest_1)) + (y_1 - rest_1));
}

INLINED double ag_product_error(double x_1, double y_1, double product_1)
{
    const int choice_of_1 = (!((1.0261342003245941e-289 < fabs(product_1)) && (fabs(product_1) < 1.1235582092889474e+307)));
    double one_of_1, other_of_1;
    one_of_1 = chosen_of(((x_1 == 0.0) || (y_1 == 0.0)), 0.0, NAN);
    const int choice_of_2 = ((fabs(x_1) > 3.3484643974570854e+299) || (fabs(y_1) > 3.3484643974570854e+299));
    double one_of_2, other_of_2;
    one_of_2 = NAN;
    other_of_2 = rest_of_product(x_1, y_1, product_1);
    other_of_1 = chosen_of(choice_of_2, one_of_2, other_of_2);
    return masked_of(choice_of_1, one_of_1, other_of_1);
}

INLINED double ag_polynomial_2(double t_1)
{
    double square_1, even_1, odd_1, even_2, odd_2, even_3, odd_3, even_4, odd_4, even_5, odd_5, even_6, odd_6, odd_7;
    square_1 = (t_1 * t_1);
    even_1 = multiply_add(0.0, square_1, 2.08767569878681e-09);
    odd_1 = multiply_add(0.0, square_1, 1.6059043836821613e-10);
    even_2 = multiply_add(even_1, square_1, 2.755731922398589e-07);
    odd_2 = multiply_add(odd_1, square_1, 2.505210838544172e-08);
    even_3 = multiply_add(even_2, square_1, 2.48015873015873e-05);
    odd_3 = multiply_add(odd_2, square_1, 2.7557319223985893e-06);
    even_4 = multiply_add(even_3, square_1, 0.001388888888888889);
    odd_4 = multiply_add(odd_3, square_1, 0.0001984126984126984);
    even_5 = multiply_add(even_4, square_1, 0.041666666666666664);
    odd_5 = multiply_add(odd_4, square_1, 0.008333333333333333);
    even_6 = multiply_add(even_5, square_1, 0.5);
    odd_6 = multiply_add(odd_5, square_1, 0.16666666666666666);
    odd_7 = (t_1 * odd_6);
    return (even_6 + odd_7);
}

INLINED double ag_exp_2(double x_1)
{
    double z_1, z_2, k_1, high_1, low_1, rest_1, lost_1, power_1, half_1, t_1;
    z_1 = chosen_of((x_1 > 710.0), 710.0, x_1);
    z_2 = chosen_of((z_1 < (-746.0)), (-746.0), z_1);
    k_1 = (multiply_add(z_2, 1.4426950408889634, 6755399441055744.0) - 6755399441055744.0);
    high_1 = multiply_add(-k_1, 0.6931471803691238, z_2);
    low_1 = (k_1 * 1.9082149292705877e-10);
    rest_1 = (high_1 - low_1);
    lost_1 = ((high_1 - rest_1) - low_1);
    power_1 = (rest_1 + multiply_add((rest_1 * rest_1), ag_polynomial_2(rest_1), lost_1));
    half_1 = (multiply_add(0.5, k_1, 6755399441055744.0) - 6755399441055744.0);
    t_1 = ((1.0 + power_1) * two_to(half_1));
    return (t_1 * two_to((k_1 - half_1)));
}

INLINED double ag_expm1_2(double x_1)
{
    double z_1, z_2, k_1, high_1, low_1, rest_1, lost_1, power_1, half_1, result_1;
    z_1 = chosen_of((x_1 > 710.0), 710.0, x_1);
    z_2 = chosen_of((z_1 < (-50.0)), (-50.0), z_1);
    k_1 = (multiply_add(z_2, 1.4426950408889634, 6755399441055744.0) - 6755399441055744.0);
    high_1 = multiply_add(-k_1, 0.6931471803691238, z_2);
    low_1 = (k_1 * 1.9082149292705877e-10);
    rest_1 = (high_1 - low_1);
    lost_1 = ((high_1 - rest_1) - low_1);
    power_1 = (rest_1 + multiply_add((rest_1 * rest_1), ag_polynomial_2(rest_1), lost_1));
    half_1 = two_to((k_1 - 1.0));
    result_1 = chosen_of((k_1 == 0.0), power_1, (2.0 * multiply_add(half_1, power_1, (half_1 - 0.5))));
    return copysign(result_1, x_1);
}

INLINED double ag_log1p_2(double x_1)
{
    double total_1, rest_1, lost_1, result_1;
    total_1 = (1.0 + x_1);
    rest_1 = (total_1 - 1.0);
    lost_1 = ((1.0 - (total_1 - rest_1)) + (x_1 - rest_1));
    result_1 = ag_log_2(total_1);
    return chosen_of(((0.0 < total_1) && (total_1 < INFINITY)), copysign((result_1 + (lost_1 / total_1)), x_1), result_1);
}

INLINED double ag_sech_squared(double x_1)
{
    double small_1;
    small_1 = ag_exp_2(((-2.0) * fabs(x_1)));
    return ((4.0 * small_1) / (1.0 + (small_1 * (2.0 + small_1))));
}

INLINED double ag_tanh_2(double x_1)
{
    double z_1, z_2, k_1, high_1, low_1, rest_1, lost_1, power_1, scale_1, small_1, less_1, far_1, quotient_1;
    z_1 = ((-2.0) * fabs(x_1));
    z_2 = chosen_of((z_1 < (-50.0)), (-50.0), z_1);
    k_1 = (multiply_add(z_2, 1.4426950408889634, 6755399441055744.0) - 6755399441055744.0);
    high_1 = multiply_add(-k_1, 0.6931471803691238, z_2);
    low_1 = (k_1 * 1.9082149292705877e-10);
    rest_1 = (high_1 - low_1);
    lost_1 = ((high_1 - rest_1) - low_1);
    power_1 = (rest_1 + multiply_add((rest_1 * rest_1), ag_polynomial_2(rest_1), lost_1));
    scale_1 = two_to(k_1);
    small_1 = (scale_1 * (1.0 + power_1));
    less_1 = chosen_of((k_1 == 0.0), (-power_1), multiply_add(-scale_1, power_1, (1.0 - scale_1)));
    far_1 = ((z_2 < (-1.5)) ? 1.0 : 0.0);
    quotient_1 = (chosen_of((far_1 != 0.0), (2.0 * small_1), less_1) / (1.0 + small_1));
    return copysign(chosen_of((far_1 != 0.0), (1.0 - quotient_1), quotient_1), x_1);
}

INLINED double ag_sigmoid(double x_1)
{
    double small_1;
    small_1 = ag_exp_2((-fabs(x_1)));
    return (chosen_of((x_1 >= 0.0), 1.0, small_1) / (1.0 + small_1));
}

INLINED double ag_softplus(double x_1)
{
    return (chosen_of((x_1 >= 0.0), x_1, 0.0) + ag_log1p_2(ag_exp_2((-fabs(x_1)))));
}

INLINED double ag_log_sigmoid(double x_1)
{
    return (-ag_softplus((-x_1)));
}

INLINED double ag_silu(double x_1)
{
    double small_1;
    small_1 = ag_exp_2(chosen_of((x_1 > (-700.0)), (-fabs(x_1)), (0.5 * x_1)));
    const int choice_of_1 = (x_1 > (-700.0));
    double one_of_1, other_of_1;
    one_of_1 = ((x_1 * chosen_of((x_1 >= 0.0), 1.0, small_1)) / (1.0 + small_1));
    const int choice_of_2 = (x_1 > (-1500.0));
    double one_of_2, other_of_2;
    one_of_2 = ((x_1 * small_1) * small_1);
    other_of_2 = chosen_of((x_1 < 0.0), (-0.0), x_1);
    other_of_1 = chosen_of(choice_of_2, one_of_2, other_of_2);
    return masked_of(choice_of_1, one_of_1, other_of_1);
}

INLINED double ag_polynomial_3(double t_1)
{
    double square_1, even_1, odd_1, even_2, odd_2, even_3, odd_3, even_4, odd_4, even_5, odd_5, even_6, odd_6, even_7, odd_7, even_8, odd_8, even_9, odd_9, even_10, odd_10, even_11, odd_11, even_12, odd_12, odd_13;
    square_1 = (t_1 * t_1);
    even_1 = multiply_add(0.0, square_1, 5.608969976813118e-12);
    odd_1 = multiply_add(0.0, square_1, 0.0);
    even_2 = multiply_add(even_1, square_1, (-6.266790586863372e-11));
    odd_2 = multiply_add(odd_1, square_1, 1.2320904022698717e-11);
    even_3 = multiply_add(even_2, square_1, 9.086291425104802e-11);
    odd_3 = multiply_add(odd_2, square_1, (-2.7177635758640343e-10));
    even_4 = multiply_add(even_3, square_1, 6.0671162175936565e-09);
    odd_4 = multiply_add(odd_3, square_1, 3.011049051824548e-09);
    even_5 = multiply_add(even_4, square_1, (-1.0023868176547946e-07));
    odd_5 = multiply_add(odd_4, square_1, (-1.6452287195765725e-08));
    even_6 = multiply_add(even_5, square_1, 8.416571790594437e-07);
    odd_6 = multiply_add(odd_5, square_1, (-6.898018904142246e-08));
    even_7 = multiply_add(even_6, square_1, (-2.1623436156955237e-06));
    odd_7 = multiply_add(odd_6, square_1, 2.6370499302242443e-06);
    even_8 = multiply_add(even_7, square_1, (-4.862059072129349e-05));
    odd_8 = multiply_add(odd_7, square_1, (-3.046225796150826e-05));
    even_9 = multiply_add(even_8, square_1, 0.0008345384003157243);
    odd_9 = multiply_add(odd_8, square_1, 0.0001755175292397288);
    even_10 = multiply_add(even_9, square_1, (-0.0065787144309424));
    odd_10 = multiply_add(odd_9, square_1, 0.000266109246821406);
    even_11 = multiply_add(even_10, square_1, 0.01754281645338587);
    odd_11 = multiply_add(odd_10, square_1, (-0.01597347085951649));
    even_12 = multiply_add(even_11, square_1, 0.22200093420538744);
    odd_12 = multiply_add(odd_11, square_1, 0.14768571238462563);
    odd_13 = (t_1 * odd_12);
    return (even_12 + odd_13);
}

INLINED double ag_silu_slope(double x_1)
{
    double small_1, t_1, t_2;
    const int choice_of_1 = (fabs((x_1 + 1.25)) < 1.0);
    double one_of_1, other_of_1;
    one_of_1 = (ag_polynomial_3((x_1 + 1.25)) * ((x_1 + 1.2784645427610737) + 1.0946994183093437e-16));
    small_1 = ag_exp_2(chosen_of((x_1 > (-700.0)), (-fabs(x_1)), (0.5 * x_1)));
    const int choice_of_2 = (x_1 >= 0.0);
    double one_of_2, other_of_2;
    const int choice_of_3 = (small_1 != 0.0);
    double one_of_3_t_2;
    t_1 = (1.0 + (x_1 * (small_1 / (1.0 + small_1))));
    t_2 = (t_1 / (1.0 + small_1));
    one_of_3_t_2 = t_2;
    t_2 = 1.0;
    t_2 = chosen_of(choice_of_3, one_of_3_t_2, t_2);
    one_of_2 = t_2;
    const int choice_of_4 = (x_1 > (-700.0));
    double one_of_4, other_of_4;
    one_of_4 = ((((1.0 + x_1) + small_1) / (1.0 + (small_1 * (2.0 + small_1)))) * small_1);
    const int choice_of_5 = (x_1 > (-1500.0));
    double one_of_5, other_of_5;
    one_of_5 = (((1.0 + x_1) * small_1) * small_1);
    other_of_5 = chosen_of((x_1 < 0.0), (-0.0), x_1);
    other_of_4 = chosen_of(choice_of_5, one_of_5, other_of_5);
    other_of_2 = masked_of(choice_of_4, one_of_4, other_of_4);
    other_of_1 = masked_of(choice_of_2, one_of_2, other_of_2);
    return masked_of(choice_of_1, one_of_1, other_of_1);
}

INLINED double ag_elu(double x_1, double alpha_1)
{
    return chosen_of((x_1 > 0.0), x_1, (alpha_1 * ag_expm1_2(x_1)));
}

INLINED double ag_softsign(double x_1)
{
    return chosen_of(isinf(x_1), copysign(1.0, x_1), (x_1 / (1.0 + fabs(x_1))));
}

INLINED double ag_exp_difference(double x_1, double y_1)
{
    double difference_1, power_1, rest_1;
    difference_1 = (x_1 - y_1);
    power_1 = ag_exp_2(difference_1);
    const int choice_of_1 = (((-800.0) < difference_1) && (difference_1 < 709.782712893384));
    double one_of_1, other_of_1;
    rest_1 = (difference_1 - x_1);
    one_of_1 = (power_1 + (power_1 * ((x_1 - (difference_1 - rest_1)) - (y_1 + rest_1))));
    other_of_1 = power_1;
    return chosen_of(choice_of_1, one_of_1, other_of_1);
}

INLINED double ag_relative_exp(double x_1, double y_1)
{
    return chosen_of((x_1 == y_1), 1.0, ag_exp_difference(x_1, y_1));
}

INLINED double ag_sigmoid_difference(double x_1, double y_1)
{
    double small_1;
    const int choice_of_1 = (x_1 == y_1);
    double one_of_1, other_of_1;
    one_of_1 = 0.5;
    small_1 = chosen_of((x_1 < y_1), ag_exp_difference(x_1, y_1), ag_exp_difference(y_1, x_1));
    other_of_1 = (chosen_of((x_1 < y_1), small_1, 1.0) / (1.0 + small_1));
    return chosen_of(choice_of_1, one_of_1, other_of_1);
}

INLINED double ag_logaddexp(double x_1, double y_1)
{
    double larger_1;
    const int choice_of_1 = (x_1 == y_1);
    double one_of_1, other_of_1;
    one_of_1 = (x_1 + 0.6931471805599453);
    larger_1 = chosen_of((x_1 > y_1), x_1, y_1);
    other_of_1 = (larger_1 + ag_log1p_2(ag_exp_difference(chosen_of((x_1 > y_1), y_1, x_1), larger_1)));
    return chosen_of(choice_of_1, one_of_1, other_of_1);
}

INLINED double ag_polynomial_4(double t_1)
{
    double square_1, even_1, odd_1, even_2, odd_2, even_3, odd_3, even_4, odd_4, even_5, odd_5, even_6, odd_6, even_7, odd_7, even_8, odd_8, even_9, odd_9, even_10, odd_10, even_11, odd_11, even_12, odd_12, even_13, odd_13, even_14, odd_14, even_15, odd_15, even_16, odd_16, odd_17;
    square_1 = (t_1 * t_1);
    even_1 = multiply_add(0.0, square_1, 1.5678666397279852e-09);
    odd_1 = multiply_add(0.0, square_1, 0.0);
    even_2 = multiply_add(even_1, square_1, (-6.863451801293711e-09));
    odd_2 = multiply_add(odd_1, square_1, (-2.7690449962460076e-09));
    even_3 = multiply_add(even_2, square_1, 2.077174355527538e-08);
    odd_3 = multiply_add(odd_2, square_1, 1.1410876794196483e-08);
    even_4 = multiply_add(even_3, square_1, (-2.3928171242873048e-08));
    odd_4 = multiply_add(odd_3, square_1, (-3.4000900914160417e-08));
    even_5 = multiply_add(even_4, square_1, 5.860323548319595e-08);
    odd_5 = multiply_add(odd_4, square_1, 3.415478861046221e-08);
    even_6 = multiply_add(even_5, square_1, 6.74083874040652e-08);
    odd_6 = multiply_add(odd_5, square_1, (-9.747685584996339e-08));
    even_7 = multiply_add(even_6, square_1, 3.6981977875112547e-07);
    odd_7 = multiply_add(odd_6, square_1, (-1.4589471613129093e-07));
    even_8 = multiply_add(even_7, square_1, 1.3515288251841204e-06);
    odd_8 = multiply_add(odd_7, square_1, (-7.124670253724189e-07));
    even_9 = multiply_add(even_8, square_1, 5.258288417317622e-06);
    odd_9 = multiply_add(odd_8, square_1, (-2.659544551729333e-06));
    even_10 = multiply_add(even_9, square_1, 2.0670288322590812e-05);
    odd_10 = multiply_add(odd_9, square_1, (-1.0402662239495317e-05));
    even_11 = multiply_add(even_10, square_1, 8.299893411142164e-05);
    odd_11 = multiply_add(odd_10, square_1, (-4.1293830632439904e-05));
    even_12 = multiply_add(even_11, square_1, 0.0003433590213660248);
    odd_12 = multiply_add(odd_11, square_1, (-0.0001680526078696555));
    even_13 = multiply_add(even_12, square_1, 0.0014887756326751995);
    odd_13 = multiply_add(odd_12, square_1, (-0.0007096266366983168));
    even_14 = multiply_add(even_13, square_1, 0.007029440969898759);
    odd_14 = multiply_add(odd_13, square_1, (-0.003187960055724473));
    even_15 = multiply_add(even_14, square_1, 0.040256123200019825);
    odd_15 = multiply_add(odd_14, square_1, (-0.016208382218219474));
    even_16 = multiply_add(even_15, square_1, 0.46580963736232694);
    odd_16 = multiply_add(odd_15, square_1, (-0.11513161737597971));
    odd_17 = (t_1 * odd_16);
    return (even_16 + odd_17);
}

INLINED double ag_lgamma_near_zeros(double from_one_1, double from_two_1, double x_1)
{
    return (((from_one_1 * from_two_1) * ag_polynomial_4(((x_1 - 1.625) / 0.875))) + 0.0);
}

INLINED double ag_ieee_gamma(double x_1)
{
    return chosen_of(((fabs(x_1) < 1.0) || (x_1 > 0.0)), copysign(INFINITY, x_1), NAN);
}

INLINED double ag_weighted_gamma_ieee(double weight_1, double x_1)
{
    return (weight_1 * ag_ieee_gamma(x_1));
}

INLINED double ag_stirling(double x_1)
{
    double y_1, series_1, series_2, series_3, series_4, series_5, series_6;
    y_1 = (1.0 / (x_1 * x_1));
    series_1 = ((-0.0019175269175269176) + (y_1 / 156.0));
    series_2 = (0.0008417508417508417 + (y_1 * series_1));
    series_3 = ((-0.0005952380952380953) + (y_1 * series_2));
    series_4 = (0.0007936507936507937 + (y_1 * series_3));
    series_5 = ((-0.002777777777777778) + (y_1 * series_4));
    series_6 = (0.08333333333333333 + (y_1 * series_5));
    return (series_6 / x_1);
}

INLINED double ag_lgamma_ieee(double x_1)
{
    (void)x_1;
    return INFINITY;
}

INLINED double ag_polynomial_5(double t_1)
{
    double square_1, even_1, odd_1, even_2, odd_2, even_3, odd_3, even_4, odd_4, even_5, odd_5, even_6, odd_6, even_7, odd_7, even_8, odd_8, even_9, odd_9, even_10, odd_10, even_11, odd_11, even_12, odd_12, even_13, odd_13, even_14, odd_14, even_15, odd_15, even_16, odd_16, odd_17;
    square_1 = (t_1 * t_1);
    even_1 = multiply_add(0.0, square_1, 2.944930002207525e-09);
    odd_1 = multiply_add(0.0, square_1, 0.0);
    even_2 = multiply_add(even_1, square_1, (-1.183257077685753e-08));
    odd_2 = multiply_add(odd_1, square_1, (-5.495315942645068e-09));
    even_3 = multiply_add(even_2, square_1, 3.846913846622345e-08);
    odd_3 = multiply_add(odd_2, square_1, 2.070604694120438e-08);
    even_4 = multiply_add(even_3, square_1, (-3.299171559966835e-08));
    odd_4 = multiply_add(odd_3, square_1, (-6.695140151139414e-08));
    even_5 = multiply_add(even_4, square_1, 1.3990472099665014e-07);
    odd_5 = multiply_add(odd_4, square_1, 4.594744120460249e-08);
    even_6 = multiply_add(even_5, square_1, 2.8091189744546605e-07);
    odd_6 = multiply_add(odd_5, square_1, (-2.532281805799342e-07));
    even_7 = multiply_add(even_6, square_1, 1.3308629411671011e-06);
    odd_7 = multiply_add(odd_6, square_1, (-5.864278463317367e-07));
    even_8 = multiply_add(even_7, square_1, 5.212445133891106e-06);
    odd_8 = multiply_add(odd_7, square_1, (-2.645871409092003e-06));
    even_9 = multiply_add(even_8, square_1, 2.091081451447697e-05);
    odd_9 = multiply_add(odd_8, square_1, (-1.0435770943228892e-05));
    even_10 = multiply_add(even_9, square_1, 8.377508659378348e-05);
    odd_10 = multiply_add(odd_9, square_1, (-4.184787693054116e-05));
    even_11 = multiply_add(even_10, square_1, 0.0003364331278986385);
    odd_11 = multiply_add(odd_10, square_1, (-0.00016781483194783505));
    even_12 = multiply_add(even_11, square_1, 0.0013581421098813344);
    odd_12 = multiply_add(odd_11, square_1, (-0.0006753134209495447));
    even_13 = multiply_add(even_12, square_1, 0.005552254176536144);
    odd_13 = multiply_add(odd_12, square_1, (-0.0027395728785465467));
    even_14 = multiply_add(even_13, square_1, 0.023447309597549766);
    odd_14 = multiply_add(odd_13, square_1, (-0.011338432553570059));
    even_15 = multiply_add(even_14, square_1, 0.10899991701762858);
    odd_15 = multiply_add(odd_14, square_1, (-0.04955103291766727));
    even_16 = multiply_add(even_15, square_1, 0.7853075386041053);
    odd_16 = multiply_add(odd_15, square_1, (-0.26073895468300146));
    odd_17 = (t_1 * odd_16);
    return (even_16 + odd_17);
}

INLINED double ag_digamma_near_zero_crossing(double x_1)
{
    return (((x_1 - 1.4616321449683622) - 9.549995429965697e-17) * ag_polynomial_5((x_1 - 2.0)));
}

INLINED double ag_digamma_ieee(double x_1)
{
    return chosen_of((x_1 == 0.0), (-copysign(INFINITY, x_1)), NAN);
}

INLINED double ag_polynomial_6(double t_1)
{
    double square_1, even_1, odd_1, even_2, odd_2, even_3, odd_3, even_4, odd_4, even_5, odd_5, odd_6;
    square_1 = (t_1 * t_1);
    even_1 = multiply_add(0.0, square_1, 8.777607488642354e-14);
    odd_1 = multiply_add(0.0, square_1, 0.0);
    even_2 = multiply_add(even_1, square_1, 4.1270251519374495e-10);
    odd_2 = multiply_add(odd_1, square_1, (-6.376868595301691e-12));
    even_3 = multiply_add(even_2, square_1, 1.15160377952332e-06);
    odd_3 = multiply_add(odd_2, square_1, (-2.3472289797028638e-08));
    even_4 = multiply_add(even_3, square_1, 0.0016130716680617073);
    odd_4 = multiply_add(odd_3, square_1, (-4.762336934519553e-05));
    even_5 = multiply_add(even_4, square_1, 1.0830752376761712);
    odd_5 = multiply_add(odd_4, square_1, (-0.043642058886697886));
    odd_6 = (t_1 * odd_5);
    return (even_5 + odd_6);
}

INLINED double ag_erf_near_zero(double x_1)
{
    return (x_1 * ag_polynomial_6((((8.0 * x_1) * x_1) - 1.0)));
}

INLINED double ag_scaled_erfc(double x_1, double away_1, double lost_1)
{
    double divisor_1, t_1, square_1, even_1, odd_1, even_2, odd_2, even_3, odd_3, even_4, odd_4, even_5, odd_5, even_6, odd_6, even_7, odd_7, even_8, odd_8, even_9, odd_9, even_10, odd_10, even_11, odd_11, even_12, odd_12, even_13, odd_13, odd_14, t_2, lost_2;
    divisor_1 = (1.0 + (2.0 * x_1));
    t_1 = ((x_1 - 3.75) / (x_1 + 3.75));
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
    t_2 = (ag_sum_error(1.0, (2.0 * x_1), divisor_1) + (2.0 * away_1));
    lost_2 = (lost_1 + (t_2 / divisor_1));
    return ((even_13 + (odd_14 - ((even_13 + odd_14) * lost_2))) / divisor_1);
}

INLINED double ag_scaled_gaussian(double factor_1, double square_1, double lost_1)
{
    double near_1, halfway_1, power_1, rest_1;
    near_1 = ((square_1 < 700.0) ? 1.0 : 0.0);
    halfway_1 = ((square_1 < 1160.0) ? 1.0 : 0.0);
    power_1 = ag_exp_2(chosen_of((near_1 != 0.0), (-square_1), chosen_of((halfway_1 != 0.0), (460.5 - square_1), ((-0.5) * square_1))));
    rest_1 = chosen_of((near_1 != 0.0), 1.0, chosen_of((halfway_1 != 0.0), 1.0171642401928794e-200, power_1));
    const int choice_of_1 = (square_1 >= 1600.0);
    double one_of_1, other_of_1;
    one_of_1 = copysign(0.0, factor_1);
    other_of_1 = ((factor_1 * (power_1 - (power_1 * lost_1))) * rest_1);
    return chosen_of(choice_of_1, one_of_1, other_of_1);
}

INLINED double ag_erfc_tail(double x_1)
{
    double square_1, lost_1, first_1;
    square_1 = (x_1 * x_1);
    lost_1 = chosen_of(((1e-200 < square_1) && (square_1 < 1e+200)), ag_product_error(x_1, x_1, square_1), 0.0);
    first_1 = chosen_of((50.0 < x_1), 50.0, x_1);
    return ag_scaled_gaussian(ag_scaled_erfc(first_1, 0.0, lost_1), square_1, 0.0);
}

INLINED double ag_erfc_2(double x_1)
{
    double tail_1;
    const int choice_of_1 = (fabs(x_1) < 0.5);
    double one_of_1, other_of_1;
    one_of_1 = (1.0 - ag_erf_near_zero(x_1));
    tail_1 = ag_erfc_tail(fabs(x_1));
    other_of_1 = chosen_of((x_1 < 0.0), (2.0 - tail_1), tail_1);
    return chosen_of(choice_of_1, one_of_1, other_of_1);
}

INLINED double ag_gaussian(double x_1)
{
    double square_1;
    square_1 = (x_1 * x_1);
    return ag_scaled_gaussian(1.0, square_1, chosen_of(((1e-200 < square_1) && (square_1 < 1e+200)), ag_product_error(x_1, x_1, square_1), 0.0));
}

INLINED double ag_scaled_tail(double x_1, double lost_1)
{
    double argument_1, away_1;
    argument_1 = (0.7071067811865476 * x_1);
    away_1 = (ag_product_error(0.7071067811865476, x_1, argument_1) + ((-4.833646656726457e-17) * x_1));
    return (0.5 * ag_scaled_erfc(argument_1, away_1, lost_1));
}

INLINED double ag_weighted_tail(double weight_1, double x_1)
{
    double square_1, lost_1, first_1;
    square_1 = (x_1 * x_1);
    lost_1 = chosen_of(((1e-200 < square_1) && (square_1 < 1e+200)), ag_product_error(x_1, x_1, square_1), 0.0);
    first_1 = chosen_of((50.0 < x_1), 50.0, x_1);
    return ag_scaled_gaussian((weight_1 * ag_scaled_tail(first_1, (0.5 * lost_1))), (0.5 * square_1), 0.0);
}

INLINED double ag_norm_cdf(double x_1)
{
    double tail_1;
    const int choice_of_1 = (fabs(x_1) < 0.7);
    double one_of_1, other_of_1;
    one_of_1 = (0.5 + (0.5 * ag_erf_near_zero((0.7071067811865476 * x_1))));
    tail_1 = ag_weighted_tail(1.0, fabs(x_1));
    other_of_1 = chosen_of((x_1 > 0.0), (1.0 - tail_1), tail_1);
    return chosen_of(choice_of_1, one_of_1, other_of_1);
}

INLINED double ag_weighted_norm_pdf(double weight_1, double x_1)
{
    double square_1, lost_1;
    square_1 = (x_1 * x_1);
    lost_1 = chosen_of(((1e-200 < square_1) && (square_1 < 1e+200)), ag_product_error(x_1, x_1, square_1), 0.0);
    return ag_scaled_gaussian((weight_1 * 0.3989422804014327), (0.5 * square_1), (0.5 * lost_1));
}

INLINED double ag_norm_pdf(double x_1)
{
    return ag_weighted_norm_pdf(1.0, x_1);
}

INLINED double ag_gelu(double x_1)
{
    return chosen_of((x_1 > (-0.7)), (x_1 * ag_norm_cdf(x_1)), ag_weighted_tail(x_1, (-x_1)));
}

INLINED double ag_polynomial_7(double t_1)
{
    double square_1, even_1, odd_1, even_2, odd_2, even_3, odd_3, even_4, odd_4, even_5, odd_5, even_6, odd_6, even_7, odd_7, even_8, odd_8, even_9, odd_9, odd_10;
    square_1 = (t_1 * t_1);
    even_1 = multiply_add(0.0, square_1, (-5.099517710917552e-13));
    odd_1 = multiply_add(0.0, square_1, 0.0);
    even_2 = multiply_add(even_1, square_1, 3.474452021791234e-11);
    odd_2 = multiply_add(odd_1, square_1, (-1.2050720819648875e-13));
    even_3 = multiply_add(even_2, square_1, (-1.889153095288965e-09));
    odd_3 = multiply_add(odd_2, square_1, 5.4652742969130925e-11);
    even_4 = multiply_add(even_3, square_1, 8.392265925662071e-08);
    odd_4 = multiply_add(odd_3, square_1, (-5.557118943623912e-09));
    even_5 = multiply_add(even_4, square_1, (-2.897694968477157e-06));
    odd_5 = multiply_add(odd_4, square_1, 3.6695574656639635e-07);
    even_6 = multiply_add(even_5, square_1, 7.048556592236511e-05);
    odd_6 = multiply_add(odd_5, square_1, (-1.7579620975431716e-05));
    even_7 = multiply_add(even_6, square_1, (-0.0009123332481527986));
    odd_7 = multiply_add(odd_6, square_1, 0.0006084475465759663);
    even_8 = multiply_add(even_7, square_1, (-0.00470317635936793));
    odd_8 = multiply_add(odd_7, square_1, (-0.014264182951521329));
    even_9 = multiply_add(even_8, square_1, 0.43218955538054815);
    odd_9 = multiply_add(odd_8, square_1, 0.19410933728169827);
    odd_10 = (t_1 * odd_9);
    return (even_9 + odd_10);
}

INLINED double ag_gelu_slope(double x_1)
{
    double t_1, first_1, density_1, lost_density_1, square_1, lost_1;
    const int choice_of_1 = (fabs((x_1 + 0.75)) < 0.5);
    double one_of_1, other_of_1;
    one_of_1 = (ag_polynomial_7((2.0 * (x_1 + 0.75))) * ((x_1 + 0.7517915246935645) - 1.4956759177009883e-17));
    const int choice_of_2 = (x_1 > (-1.0));
    double one_of_2, other_of_2;
    t_1 = ag_norm_cdf(x_1);
    one_of_2 = (t_1 + ag_weighted_norm_pdf(x_1, x_1));
    first_1 = chosen_of(((-50.0) > x_1), (-50.0), x_1);
    density_1 = (0.3989422804014327 * first_1);
    lost_density_1 = (ag_product_error(0.3989422804014327, first_1, density_1) + ((-2.49232720227773e-17) * first_1));
    square_1 = (x_1 * x_1);
    lost_1 = chosen_of(((1e-200 < square_1) && (square_1 < 1e+200)), ag_product_error(x_1, x_1, square_1), 0.0);
    other_of_2 = ag_scaled_gaussian(((ag_scaled_tail((-first_1), 0.0) + density_1) + lost_density_1), (0.5 * square_1), (0.5 * lost_1));
    other_of_1 = chosen_of(choice_of_2, one_of_2, other_of_2);
    return masked_of(choice_of_1, one_of_1, other_of_1);
}

INLINED double ag_floor_2(double x_1)
{
    return chosen_of((fabs(x_1) < 4503599627370496.0), copysign((floor(x_1) + 0.0), x_1), x_1);
}

INLINED double ag_ceil_2(double x_1)
{
    return chosen_of((fabs(x_1) < 4503599627370496.0), copysign((ceil(x_1) + 0.0), x_1), x_1);
}

INLINED double ag_trunc_2(double x_1)
{
    return chosen_of((fabs(x_1) < 4503599627370496.0), copysign((floor(fabs(x_1)) + 0.0), x_1), x_1);
}

INLINED double ag_nearest(double x_1)
{
    return chosen_of((x_1 < 4503599627370496.0), ((x_1 + 4503599627370496.0) - 4503599627370496.0), x_1);
}

INLINED double ag_lost_by_product(double x_1, double y_1, double product_1)
{
    double rounded_1;
    rounded_1 = (x_1 * y_1);
    return ((rounded_1 - product_1) + ag_product_error(x_1, y_1, rounded_1));
}

INLINED double ag_ieee_floordiv(double x_1, double y_1)
{
    return chosen_of(((x_1 == 0.0) || (x_1 != x_1)), NAN, (copysign(INFINITY, x_1) * copysign(1.0, y_1)));
}

INLINED double ag_softmax_share(double part_1, double others_1)
{
    return (part_1 / (part_1 + others_1));
}

INLINED double ag_greater(double x_1, double y_1)
{
    return chosen_of((x_1 > y_1), 1.0, 0.0);
}

INLINED double ag_greater_equal(double x_1, double y_1)
{
    return chosen_of((x_1 >= y_1), 1.0, 0.0);
}

INLINED double ag_less(double x_1, double y_1)
{
    return chosen_of((x_1 < y_1), 1.0, 0.0);
}

INLINED double ag_less_equal(double x_1, double y_1)
{
    return chosen_of((x_1 <= y_1), 1.0, 0.0);
}

INLINED double ag_equal(double x_1, double y_1)
{
    return chosen_of((x_1 == y_1), 1.0, 0.0);
}

INLINED double ag_not_equal(double x_1, double y_1)
{
    return chosen_of((x_1 != y_1), 1.0, 0.0);
}

INLINED double ag_stop_gradient(double x_1)
{
    return x_1;
}

INLINED double ag_is_either(double x_1, double first_1, double second_1)
{
    return chosen_of(((x_1 == first_1) || (x_1 == second_1)), 1.0, 0.0);
}

LOOP_1(straight, flat, ag_flat(x0[k]))
LOOP_1(straight, step, ag_step(x0[k]))
LOOP_1(straight, sign, ag_sign(x0[k]))
LOOP_2(straight, larger_share, ag_larger_share(x0[k], x1[k]))
LOOP_1(straight, abs, fabs(x0[k]))
LOOP_2(straight, copysign, copysign(x0[k], x1[k]))
LOOP_1(straight, relu, ag_relu(x0[k]))
LOOP_2(straight, leaky_relu, ag_leaky_relu(x0[k], x1[k]))
LOOP_2(straight, maximum, ag_maximum(x0[k], x1[k]))
LOOP_2(straight, minimum, ag_minimum(x0[k], x1[k]))
LOOP_3(straight, clip, ag_clip_or_ieee(x0[k], x1[k], x2[k]))
LOOP_1(straight, nonzero, ag_nonzero(x0[k]))
LOOP_3(straight, where, ag_where(x0[k], x1[k], x2[k]))
LOOP_1(straight, identity, ag_identity(x0[k]))
LOOP_2(straight, add, x0[k] + x1[k])
LOOP_2(straight, sub, x0[k] - x1[k])
LOOP_2(straight, mul, x0[k] * x1[k])
LOOP_1(straight, neg, -x0[k])
LOOP_1(straight, square, ag_square(x0[k]))
LOOP_1(straight, one_minus_square, ag_one_minus_square(x0[k]))
LOOP_2(straight, div, x0[k] / x1[k])
LOOP_2(straight, quotient_by_square, ag_quotient_by_square(x0[k], x1[k]))
LOOP_2(straight, positive_quotient, ag_positive_quotient(x0[k], x1[k]))
LOOP_1(straight, reciprocal, ag_reciprocal(x0[k]))
LOOP_1(straight, sqrt, sqrt(x0[k]))
LOOP_1(straight, exp, ag_exp_2(x0[k]))
LOOP_1(straight, expm1, ag_expm1_2(x0[k]))
LOOP_1(straight, log, ag_log_2(x0[k]))
LOOP_1(straight, log1p, ag_log1p_2(x0[k]))
LOOP_1(straight, sech_squared, ag_sech_squared(x0[k]))
LOOP_1(straight, tanh, ag_tanh_2(x0[k]))
LOOP_1(straight, sigmoid, ag_sigmoid(x0[k]))
LOOP_1(straight, log_sigmoid, ag_log_sigmoid(x0[k]))
LOOP_1(straight, softplus, ag_softplus(x0[k]))
LOOP_1(straight, silu, ag_silu(x0[k]))
LOOP_1(straight, silu_slope, ag_silu_slope(x0[k]))
LOOP_2(straight, elu, ag_elu(x0[k], x1[k]))
LOOP_1(straight, softsign, ag_softsign(x0[k]))
LOOP_2(straight, exp_difference, ag_exp_difference(x0[k], x1[k]))
LOOP_2(straight, relative_exp, ag_relative_exp(x0[k], x1[k]))
LOOP_2(straight, sigmoid_difference, ag_sigmoid_difference(x0[k], x1[k]))
LOOP_2(straight, logaddexp, ag_logaddexp(x0[k], x1[k]))
LOOP_1(straight, erfc, ag_erfc_2(x0[k]))
LOOP_1(straight, gaussian, ag_gaussian(x0[k]))
LOOP_1(straight, norm_cdf, ag_norm_cdf(x0[k]))
LOOP_1(straight, norm_pdf, ag_norm_pdf(x0[k]))
LOOP_2(straight, weighted_norm_pdf, ag_weighted_norm_pdf(x0[k], x1[k]))
LOOP_1(straight, gelu, ag_gelu(x0[k]))
LOOP_1(straight, gelu_slope, ag_gelu_slope(x0[k]))
LOOP_1(straight, floor, ag_floor_2(x0[k]))
LOOP_1(straight, ceil, ag_ceil_2(x0[k]))
LOOP_1(straight, trunc, ag_trunc_2(x0[k]))
LOOP_2(straight, softmax_share, ag_softmax_share(x0[k], x1[k]))
LOOP_2(straight, greater, ag_greater(x0[k], x1[k]))
LOOP_2(straight, greater_equal, ag_greater_equal(x0[k], x1[k]))
LOOP_2(straight, less, ag_less(x0[k], x1[k]))
LOOP_2(straight, less_equal, ag_less_equal(x0[k], x1[k]))
LOOP_2(straight, equal, ag_equal(x0[k], x1[k]))
LOOP_2(straight, not_equal, ag_not_equal(x0[k], x1[k]))
LOOP_1(straight, stop_gradient, ag_stop_gradient(x0[k]))
LOOP_3(straight, is_either, ag_is_either(x0[k], x1[k], x2[k]))

#ifdef WITH_CALLING
static double ag_power(double x_1, double y_1, int *raised);
static double ag_ieee_power(double x_1, double y_1);
static double ag_pow_or_ieee(double x_1, double y_1);
static double ag_power_slope_at_an_end(double x_1, double y_1, double lowered_1, int *raised);
static double ag_power_slope(double x_1, double y_1, int *raised);
static double ag_power_slope_ieee(double x_1, double y_1);
static double ag_power_slope_or_ieee(double x_1, double y_1);
static double ag_power_log(double x_1, double y_1);
static double ag_frexp(double x, int part);
static double ag_modulo(double x, double y);
static double ag_scaled(double x, double n);
static double ag_floor_divide(double x, double y);
static double ag_cbrt_2(double x_1);
static double ag_unit(double x_1, double y_1);
static double ag_weighted_gamma(double weight_1, double x_1, int *raised);
static double ag_gamma_2(double x_1, int *raised);
static double ag_gamma_or_ieee(double x_1);
static double ag_weighted_gamma_or_ieee(double weight_1, double x_1);
static double ag_lgamma_above_zero(double x_1, int *raised);
static double ag_lgamma_below_zero(double x_1, int *raised);
static double ag_lgamma_2(double x_1, int *raised);
static double ag_lgamma_or_ieee(double x_1);
static double ag_digamma_above_zero(double x_1);
static double ag_cotangent(double x_1);
static double ag_digamma(double x_1, int *raised);
static double ag_digamma_or_ieee(double x_1);
static double ag_factorial(double n_1);
static double ag_pole_sum(double x_1, double n_1, int *raised);
static double ag_polygamma(double x_1, double order_1, int *raised);
static double ag_ieee_polygamma(double x_1, double order_1);
static double ag_polygamma_or_ieee(double x_1, double order_1);
static double ag_round(double x_1, double digits_1, int *raised);
static double ag_round_or_ieee(double x_1, double digits_1);
static double ag_floordiv(double x_1, double y_1, int *raised);
static double ag_floordiv_or_ieee(double x_1, double y_1);
static double ag_mod(double x_1, double y_1);
static double ag_angle_slope(double x_1, double y_1);
static double ag_sin_pi(double x_1);
static double ag_sinc(double x_1);
static double ag_sinc_series(double x_1, double order_1);
static double ag_cos_pi(double x_1);
static double ag_sinc_derivative(double x_1, double order_1);
static double ag_mantissa_2(double x_1);
static double ag_exponent_2(double x_1);

static double ag_power(double x_1, double y_1, int *raised)
{
    if (*raised) return 0.0;
    if (((x_1 == 0.0) && (((-INFINITY) < y_1) && (y_1 < 0.0)))) {
        if (!*raised) *raised = 2;
        return 0.0;
    }
    return pow(x_1, y_1);
}

static double ag_ieee_power(double x_1, double y_1)
{
    double t_1, and_1, odd_1;
    if (isfinite(y_1)) {
        t_1 = fmod(y_1, 2.0);
        and_1 = (((t_1 == 1.0) || (t_1 == (-1.0))) ? 1.0 : 0.0);
    }
    else {
        and_1 = 0.0;
    }
    odd_1 = ((and_1 != 0.0) ? 1.0 : 0.0);
    if ((x_1 == 0.0)) {
        return ((odd_1 != 0.0) ? copysign(INFINITY, x_1) : INFINITY);
    }
    if (((x_1 < 0.0) && (!ag_is_integer(y_1)))) {
        return NAN;
    }
    return (((x_1 < 0.0) && (odd_1 != 0.0)) ? (-INFINITY) : INFINITY);
}

static double ag_pow_or_ieee(double x_1, double y_1)
{
    int raised = 0;
    const double value = ag_power(x_1, y_1, &raised);
    return raised ? (ag_ieee_power(x_1, y_1)) : value;
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
    log_x_1 = ag_log_2(magnitude_1);
    correction_1 = (ag_sum_error(y_1, (-1.0), lowered_1) * log_x_1);
    if ((fabs((lowered_1 * log_x_1)) < 690.0)) {
        slope_1 = pow(x_1, lowered_1);
        return (y_1 * (slope_1 + (slope_1 * correction_1)));
    }
    root_1 = pow(magnitude_1, (0.5 * lowered_1));
    if ((fabs(correction_1) > 0.5)) {
        correction_2 = 0.0;
    }
    else {
        correction_2 = correction_1;
    }
    return (((y_1 * pow(copysign(1.0, x_1), lowered_1)) * (root_1 * (1.0 + correction_2))) * root_1);
}

static double ag_power_slope_ieee(double x_1, double y_1)
{
    return (y_1 * ag_ieee_power(x_1, (y_1 - 1.0)));
}

static double ag_power_slope_or_ieee(double x_1, double y_1)
{
    int raised = 0;
    const double value = ag_power_slope(x_1, y_1, &raised);
    return raised ? (ag_power_slope_ieee(x_1, y_1)) : value;
}

static double ag_power_log(double x_1, double y_1)
{
    double log_x_1, power_1, root_1;
    if ((x_1 < 0.0)) {
        return NAN;
    }
    if ((x_1 == 0.0)) {
        return ((y_1 >= 0.0) ? 0.0 : (y_1 * INFINITY));
    }
    log_x_1 = ag_log_2(x_1);
    if ((!((690.0 < fabs((y_1 * log_x_1))) && (fabs((y_1 * log_x_1)) < INFINITY)))) {
        power_1 = pow(x_1, y_1);
        return ((power_1 != 0.0) ? (power_1 * log_x_1) : copysign(power_1, log_x_1));
    }
    root_1 = pow(x_1, (0.5 * y_1));
    return ((root_1 * log_x_1) * root_1);
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

static double ag_floor_divide(double x, double y)
{
    const double rest = fmod(x, y);
    double quotient = (x - rest) / y;
    if (rest != 0.0 && (rest < 0.0) != (y < 0.0)) quotient -= 1.0;
    if (quotient == 0.0) return copysign(0.0, x / y);
    return quotient - floor(quotient) > 0.5 ? floor(quotient) + 1.0 : floor(quotient);
}

static double ag_cbrt_2(double x_1)
{
    double mantissa_1, exponent_1, shift_1, mantissa_2, root_1, squared_1, cubed_1, t_1, residual_1, t_2;
    if (((x_1 == 0.0) || (!isfinite(x_1)))) {
        return x_1;
    }
    mantissa_1 = ag_frexp(x_1, 0);
    exponent_1 = ag_frexp(x_1, 1);
    shift_1 = (ag_modulo(((-exponent_1) + 0.0), 3.0) + 0.0);
    mantissa_2 = ag_scaled(mantissa_1, ((-shift_1) + 0.0));
    root_1 = copysign(pow(fabs(mantissa_2), 0.3333333333333333), x_1);
    squared_1 = (root_1 * root_1);
    cubed_1 = (squared_1 * root_1);
    t_1 = ((cubed_1 - mantissa_2) + ag_product_error(squared_1, root_1, cubed_1));
    residual_1 = (t_1 + (ag_product_error(root_1, root_1, squared_1) * root_1));
    t_2 = (root_1 - (residual_1 / (3.0 * squared_1)));
    return ag_scaled(t_2, (ag_floor_divide((exponent_1 + shift_1), 3.0) + 0.0));
}

static double ag_unit(double x_1, double y_1)
{
    double length_1, t_1, t_2, first_1, exponent_1, t_3, y_2;
    length_1 = hypot(x_1, y_1);
    if (((1e-290 < length_1) && (length_1 < 1e+300))) {
        return (x_1 / length_1);
    }
    if ((length_1 == 0.0)) {
        return 0.0;
    }
    if ((isinf(x_1) && isfinite(y_1))) {
        return copysign(1.0, x_1);
    }
    if (((!isfinite(x_1)) || (!isfinite(y_1)))) {
        return (x_1 / length_1);
    }
    t_1 = fabs(x_1);
    t_2 = fabs(y_1);
    first_1 = ((t_2 > t_1) ? t_2 : t_1);
    exponent_1 = ((-ag_frexp(first_1, 1)) + 0.0);
    t_3 = ag_scaled(x_1, exponent_1);
    y_2 = ag_scaled(y_1, exponent_1);
    return (t_3 / hypot(t_3, y_2));
}

static double ag_weighted_gamma(double weight_1, double x_1, int *raised)
{
    double value_1, value_7, value_2, value_6, room_1, above_1, product_1, error_1, product_2, x_2, x_3, rounded_1, error_2, error_3, product_3, x_4, rounded_2, error_4, x_5, value_3, value_5, t_1, t_2, t_3, value_4;
    if (*raised) return 0.0;
    if (((x_1 <= 0.0) && ((x_1 == (-INFINITY)) || (fmod(x_1, 1.0) == 0.0)))) {
        if (!*raised) *raised = 2;
        return 0.0;
    }
    if (((x_1 != x_1) || (x_1 == INFINITY))) {
        return (weight_1 * x_1);
    }
    if ((x_1 < (-190.0))) {
        return (weight_1 * ((fmod((floor(x_1) + 0.0), 2.0) != 0.0) ? (-0.0) : 0.0));
    }
    if ((fabs(x_1) < 1e-20)) {
        value_1 = (weight_1 / x_1);
        value_7 = value_1;
    }
    else {
        if ((x_1 > 172.0)) {
            value_2 = ((weight_1 != 0.0) ? (weight_1 * INFINITY) : 0.0);
            value_6 = value_2;
        }
        else {
            room_1 = ((fabs(x_1) > 100.0) ? 1.6069380442589903e+60 : 1.0);
            above_1 = ((x_1 >= 0.75) ? 1.0 : 0.0);
            product_1 = (1.0 / room_1);
            error_1 = 0.0;
            product_2 = product_1;
            x_2 = x_1;
            while (!*raised && (x_2 > 2.5)) {
                x_3 = (x_2 - 1.0);
                rounded_1 = (product_2 * x_3);
                error_2 = ((error_1 * x_3) + ag_product_error(product_2, x_3, rounded_1));
                error_1 = error_2;
                product_2 = rounded_1;
                x_2 = x_3;
            }
            error_3 = error_1;
            product_3 = product_2;
            x_4 = x_2;
            while (!*raised && (x_4 < 0.0)) {
                rounded_2 = (product_3 * x_4);
                error_4 = ((error_3 * x_4) + ag_product_error(product_3, x_4, rounded_2));
                x_5 = (x_4 + 1.0);
                error_3 = error_4;
                product_3 = rounded_2;
                x_4 = x_5;
            }
            if ((above_1 != 0.0)) {
                value_3 = (((ag_exp_2(ag_lgamma_near_zeros((x_4 - 1.0), (x_4 - 2.0), x_4)) * weight_1) * (product_3 + error_3)) * room_1);
                value_5 = value_3;
            }
            else {
                t_1 = (ag_exp_2(ag_lgamma_near_zeros(x_4, (x_4 - 1.0), (x_4 + 1.0))) * weight_1);
                t_2 = (t_1 / (product_3 + error_3));
                t_3 = (t_2 / x_4);
                value_4 = (t_3 / room_1);
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

static double ag_gamma_or_ieee(double x_1)
{
    int raised = 0;
    const double value = ag_gamma_2(x_1, &raised);
    return raised ? (ag_ieee_gamma(x_1)) : value;
}

static double ag_weighted_gamma_or_ieee(double weight_1, double x_1)
{
    int raised = 0;
    const double value = ag_weighted_gamma(weight_1, x_1, &raised);
    return raised ? (ag_weighted_gamma_ieee(weight_1, x_1)) : value;
}

static double ag_lgamma_above_zero(double x_1, int *raised)
{
    double t_1, product_1, x_2, x_3, product_2, t_2, t_3, result_1;
    if (*raised) return 0.0;
    if ((x_1 < 0.75)) {
        t_1 = ag_lgamma_near_zeros(x_1, (x_1 - 1.0), (x_1 + 1.0));
        return (t_1 - ag_log_2(x_1));
    }
    if ((x_1 <= 2.5)) {
        return ag_lgamma_near_zeros((x_1 - 1.0), (x_1 - 2.0), x_1);
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
        t_2 = ag_log_2(product_1);
        return (t_2 + ag_lgamma_near_zeros((x_2 - 1.0), (x_2 - 2.0), x_2));
    }
    if ((x_1 == INFINITY)) {
        return x_1;
    }
    t_3 = ((x_1 - 0.5) * (ag_log_2(x_1) - 1.0));
    result_1 = (t_3 + (ag_stirling(x_1) + 0.41893853320467267));
    if ((result_1 == INFINITY)) {
        if (!*raised) *raised = 1;
        return 0.0;
    }
    return result_1;
}

static double ag_lgamma_below_zero(double x_1, int *raised)
{
    double t_1, t_2, left_1, right_1, product_1, t_3, error_1, error_2, t_5, t_4, sine_1, t_6;
    if (*raised) return 0.0;
    if ((x_1 == (-INFINITY))) {
        return INFINITY;
    }
    if ((fmod(x_1, 1.0) == 0.0)) {
        if (!*raised) *raised = 2;
        return 0.0;
    }
    if ((x_1 > (-1.0))) {
        t_1 = ag_lgamma_above_zero((2.0 + x_1), raised);
        return (t_1 - ag_log_2(((-x_1) * (1.0 + x_1))));
    }
    if ((x_1 > (-2.0))) {
        t_2 = ag_lgamma_above_zero((3.0 + x_1), raised);
        return (t_2 - ag_log_2((((-x_1) * ((-1.0) - x_1)) * (2.0 + x_1))));
    }
    if ((x_1 > (-3.0))) {
        left_1 = (x_1 * (x_1 + 1.0));
        right_1 = ((-(x_1 + 2.0)) * (x_1 + 3.0));
        product_1 = (left_1 * right_1);
        t_3 = (ag_product_error(x_1, (x_1 + 1.0), left_1) * right_1);
        error_1 = (t_3 - (ag_product_error((x_1 + 2.0), (x_1 + 3.0), (-right_1)) * left_1));
        error_2 = (error_1 + ag_product_error(left_1, right_1, product_1));
        t_5 = ag_lgamma_above_zero((4.0 + x_1), raised);
        t_4 = ag_log_2(product_1);
        return (t_5 - (t_4 + (error_2 / product_1)));
    }
    sine_1 = fabs(sin((3.141592653589793 * remainder(x_1, 1.0))));
    t_6 = ag_log_2((3.141592653589793 / ((-x_1) * sine_1)));
    return (t_6 - ag_lgamma_above_zero((-x_1), raised));
}

static double ag_lgamma_2(double x_1, int *raised)
{
    if (*raised) return 0.0;
    return ((x_1 <= 0.0) ? ag_lgamma_below_zero(x_1, raised) : ag_lgamma_above_zero(x_1, raised));
}

static double ag_lgamma_or_ieee(double x_1)
{
    int raised = 0;
    const double value = ag_lgamma_2(x_1, &raised);
    return raised ? (ag_lgamma_ieee(x_1)) : value;
}

static double ag_digamma_above_zero(double x_1)
{
    double t_1, total_1, x_2, x_3, total_2, y_1, series_1, series_2, series_3, series_4, series_5, series_6, t_2;
    if ((x_1 < 1.0)) {
        t_1 = ag_digamma_near_zero_crossing((1.0 + x_1));
        return (t_1 - (1.0 / x_1));
    }
    total_1 = 0.0;
    x_2 = x_1;
    while (((3.0 < x_2) && (x_2 < 10.0))) {
        x_3 = (x_2 - 1.0);
        total_2 = (total_1 + (1.0 / x_3));
        total_1 = total_2;
        x_2 = x_3;
    }
    if ((x_2 <= 3.0)) {
        return (total_1 + ag_digamma_near_zero_crossing(x_2));
    }
    y_1 = (1.0 / (x_2 * x_2));
    series_1 = (0.021092796092796094 - (y_1 / 12.0));
    series_2 = ((-0.007575757575757576) + (y_1 * series_1));
    series_3 = (0.004166666666666667 + (y_1 * series_2));
    series_4 = ((-0.003968253968253968) + (y_1 * series_3));
    series_5 = (0.008333333333333333 + (y_1 * series_4));
    series_6 = ((-0.08333333333333333) + (y_1 * series_5));
    t_2 = ag_log_2(x_2);
    return (t_2 + ((y_1 * series_6) - (0.5 / x_2)));
}

static double ag_cotangent(double x_1)
{
    double rest_1, near_pole_1, part_1, angle_1, lost_1, tangent_1, tangent_2;
    rest_1 = remainder(x_1, 1.0);
    near_pole_1 = ((fabs(rest_1) <= 0.25) ? 1.0 : 0.0);
    part_1 = ((near_pole_1 != 0.0) ? rest_1 : copysign((0.5 - fabs(rest_1)), rest_1));
    angle_1 = (3.141592653589793 * part_1);
    lost_1 = ((fabs(part_1) > 1e-200) ? (ag_product_error(3.141592653589793, part_1, angle_1) + (1.2246467991473532e-16 * part_1)) : 0.0);
    tangent_1 = tan(angle_1);
    tangent_2 = (tangent_1 + (lost_1 * (1.0 + (tangent_1 * tangent_1))));
    return ((near_pole_1 != 0.0) ? (1.0 / tangent_2) : tangent_2);
}

static double ag_digamma(double x_1, int *raised)
{
    double t_1;
    if (*raised) return 0.0;
    if ((x_1 <= 0.0)) {
        if ((fmod(x_1, 1.0) == 0.0)) {
            if (!*raised) *raised = 2;
            return 0.0;
        }
        t_1 = ag_digamma_above_zero((1.0 - x_1));
        return (t_1 - (3.141592653589793 * ag_cotangent(x_1)));
    }
    return ag_digamma_above_zero(x_1);
}

static double ag_digamma_or_ieee(double x_1)
{
    int raised = 0;
    const double value = ag_digamma(x_1, &raised);
    return raised ? (ag_digamma_ieee(x_1)) : value;
}

static double ag_factorial(double n_1)
{
    double error_1, factor_1, product_1, factor_2, rounded_1, error_2;
    error_1 = 0.0;
    factor_1 = 1.0;
    product_1 = 1.0;
    while ((factor_1 < n_1)) {
        factor_2 = (factor_1 + 1.0);
        rounded_1 = (product_1 * factor_2);
        error_2 = ((error_1 * factor_2) + ag_product_error(product_1, factor_2, rounded_1));
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
        term_1 = (n_1 * pow(x_2, ((-n_1) - 1.0)));
        total_2 = (total_1 + term_1);
        t_1 = ag_sum_error(total_1, term_1, total_2);
        lost_2 = (lost_1 + (t_1 - (((term_1 * (n_1 + 1.0)) * away_1) / x_2)));
        x_3 = (x_2 + 1.0);
        away_2 = (away_1 + ag_sum_error(x_2, 1.0, x_3));
        away_1 = away_2;
        lost_1 = lost_2;
        total_1 = total_2;
        x_2 = x_3;
    }
    if (isinf(total_1)) {
        if (!*raised) *raised = 1;
        return 0.0;
    }
    inverse_1 = (1.0 / x_2);
    series_1 = ((0.5 * n_1) * inverse_1);
    factor_1 = (1.0 * ((((((n_1 + 2.0) - 2.0) * ((n_1 + 2.0) - 1.0)) / 2.0) * inverse_1) * inverse_1));
    series_2 = (series_1 + (0.16666666666666666 * factor_1));
    factor_2 = (factor_1 * ((((((n_1 + 4.0) - 2.0) * ((n_1 + 4.0) - 1.0)) / 12.0) * inverse_1) * inverse_1));
    series_3 = (series_2 + ((-0.03333333333333333) * factor_2));
    factor_3 = (factor_2 * ((((((n_1 + 6.0) - 2.0) * ((n_1 + 6.0) - 1.0)) / 30.0) * inverse_1) * inverse_1));
    series_4 = (series_3 + (0.023809523809523808 * factor_3));
    factor_4 = (factor_3 * ((((((n_1 + 8.0) - 2.0) * ((n_1 + 8.0) - 1.0)) / 56.0) * inverse_1) * inverse_1));
    series_5 = (series_4 + ((-0.03333333333333333) * factor_4));
    factor_5 = (factor_4 * ((((((n_1 + 10.0) - 2.0) * ((n_1 + 10.0) - 1.0)) / 90.0) * inverse_1) * inverse_1));
    series_6 = (series_5 + (0.07575757575757576 * factor_5));
    factor_6 = (factor_5 * ((((((n_1 + 12.0) - 2.0) * ((n_1 + 12.0) - 1.0)) / 132.0) * inverse_1) * inverse_1));
    series_7 = (series_6 + ((-0.2531135531135531) * factor_6));
    factor_7 = (factor_6 * ((((((n_1 + 14.0) - 2.0) * ((n_1 + 14.0) - 1.0)) / 182.0) * inverse_1) * inverse_1));
    series_8 = (series_7 + (1.1666666666666667 * factor_7));
    factor_8 = (factor_7 * ((((((n_1 + 16.0) - 2.0) * ((n_1 + 16.0) - 1.0)) / 240.0) * inverse_1) * inverse_1));
    series_9 = (series_8 + ((-7.092156862745098) * factor_8));
    factor_9 = (factor_8 * ((((((n_1 + 18.0) - 2.0) * ((n_1 + 18.0) - 1.0)) / 306.0) * inverse_1) * inverse_1));
    series_10 = (series_9 + (54.971177944862156 * factor_9));
    factor_10 = (factor_9 * ((((((n_1 + 20.0) - 2.0) * ((n_1 + 20.0) - 1.0)) / 380.0) * inverse_1) * inverse_1));
    series_11 = (series_10 + ((-529.1242424242424) * factor_10));
    scale_1 = ag_factorial((n_1 - 1.0));
    if ((x_2 < 10000.0)) {
        power_1 = pow(x_2, (-n_1));
        whole_1 = (power_1 + total_1);
        return (scale_1 * (whole_1 + ((ag_sum_error(power_1, total_1, whole_1) + lost_1) + (power_1 * (series_11 - ((n_1 * away_1) * inverse_1))))));
    }
    root_1 = pow(x_2, ((-0.5) * n_1));
    return (((scale_1 * root_1) * (1.0 + series_11)) * root_1);
}

static double ag_polygamma(double x_1, double order_1, int *raised)
{
    double even_1, total_1, rest_1, t_1, left_1, t_2, pole_1, negative_1;
    if (*raised) return 0.0;
    if ((((!((1.0 <= order_1) && (order_1 <= 60.0))) || (fmod(order_1, 1.0) != 0.0)) || ((x_1 <= 0.0) && (fmod(x_1, 1.0) == 0.0)))) {
        if (!*raised) *raised = 2;
        return 0.0;
    }
    even_1 = ((fmod(order_1, 2.0) == 0.0) ? 1.0 : 0.0);
    if (((x_1 >= (-20.0)) || (x_1 != x_1))) {
        total_1 = ag_pole_sum(x_1, order_1, raised);
        return ((even_1 != 0.0) ? (-total_1) : total_1);
    }
    rest_1 = remainder(x_1, 1.0);
    t_1 = ag_pole_sum((1.0 + rest_1), order_1, raised);
    left_1 = ag_pole_sum((1.0 - rest_1), order_1, raised);
    t_2 = ag_factorial(order_1);
    pole_1 = (t_2 * pow(rest_1, ((-1.0) - order_1)));
    negative_1 = ag_pole_sum((1.0 - x_1), order_1, raised);
    if ((even_1 != 0.0)) {
        return ((left_1 - t_1) - (pole_1 + negative_1));
    }
    return ((pole_1 - negative_1) + (left_1 + t_1));
}

static double ag_ieee_polygamma(double x_1, double order_1)
{
    if ((((x_1 == (-INFINITY)) || (!((1.0 <= order_1) && (order_1 <= 60.0)))) || (!ag_is_integer(order_1)))) {
        return NAN;
    }
    if ((fmod(order_1, 2.0) == 1.0)) {
        return INFINITY;
    }
    return (((x_1 < 0.0) && ag_is_integer(x_1)) ? NAN : (-copysign(INFINITY, x_1)));
}

static double ag_polygamma_or_ieee(double x_1, double order_1)
{
    int raised = 0;
    const double value = ag_polygamma(x_1, order_1, &raised);
    return raised ? (ag_ieee_polygamma(x_1, order_1)) : value;
}

static double ag_round(double x_1, double digits_1, int *raised)
{
    double size_1, power_1, scaled_1, whole_1, rest_1, lost_1, whole_2, whole_3;
    if (*raised) return 0.0;
    if (((fmod(digits_1, 1.0) != 0.0) || (fabs(digits_1) > 22.0))) {
        if (!*raised) *raised = 2;
        return 0.0;
    }
    size_1 = fabs(x_1);
    power_1 = pow(10.0, fabs(digits_1));
    scaled_1 = ((digits_1 >= 0.0) ? (size_1 * power_1) : (size_1 / power_1));
    if ((!(scaled_1 < 9007199254740992.0))) {
        return x_1;
    }
    whole_1 = ag_nearest(scaled_1);
    rest_1 = (scaled_1 - whole_1);
    if (((fabs(rest_1) == 0.5) && (digits_1 != 0.0))) {
        lost_1 = ((digits_1 > 0.0) ? ag_lost_by_product(size_1, power_1, scaled_1) : (-ag_lost_by_product(scaled_1, power_1, size_1)));
        whole_2 = (((rest_1 * lost_1) > 0.0) ? (whole_1 + (2.0 * rest_1)) : whole_1);
        whole_3 = whole_2;
    }
    else {
        whole_3 = whole_1;
    }
    return copysign(((digits_1 >= 0.0) ? (whole_3 / power_1) : (whole_3 * power_1)), x_1);
}

static double ag_round_or_ieee(double x_1, double digits_1)
{
    int raised = 0;
    const double value = ag_round(x_1, digits_1, &raised);
    return raised ? (raised == 1 ? INFINITY : NAN) : value;
}

static double ag_floordiv(double x_1, double y_1, int *raised)
{
    if (*raised) return 0.0;
    if ((y_1 == 0.0)) {
        if (!*raised) *raised = 2;
        return 0.0;
    }
    return ag_floor_divide(x_1, y_1);
}

static double ag_floordiv_or_ieee(double x_1, double y_1)
{
    int raised = 0;
    const double value = ag_floordiv(x_1, y_1, &raised);
    return raised ? (ag_ieee_floordiv(x_1, y_1)) : value;
}

static double ag_mod(double x_1, double y_1)
{
    return ag_modulo(x_1, y_1);
}

static double ag_angle_slope(double x_1, double y_1)
{
    double t_1, t_2, first_1, exponent_1, t_3, y_2, squared_1, t_4;
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
    t_3 = ag_scaled(x_1, ((-exponent_1) + 0.0));
    y_2 = ag_scaled(y_1, ((-exponent_1) + 0.0));
    squared_1 = ((t_3 * t_3) + (y_2 * y_2));
    if (((exponent_1 < 0.0) && (fabs(t_3) < 1.1830521861667747e-271))) {
        t_4 = ag_scaled(t_3, ((-exponent_1) + 0.0));
        return (t_4 / squared_1);
    }
    return ag_scaled((t_3 / squared_1), ((-exponent_1) + 0.0));
}

static double ag_sin_pi(double x_1)
{
    double rest_1, distance_1;
    rest_1 = remainder(x_1, 2.0);
    distance_1 = fabs(rest_1);
    return copysign(sin((3.141592653589793 * ((distance_1 <= 0.5) ? distance_1 : (1.0 - distance_1)))), rest_1);
}

static double ag_sinc(double x_1)
{
    double t_2, t_1;
    if ((x_1 == 0.0)) {
        return 1.0;
    }
    if (isinf(x_1)) {
        t_2 = 0.0;
    }
    else {
        t_1 = ag_sin_pi(x_1);
        t_2 = (t_1 / (3.141592653589793 * x_1));
    }
    return t_2;
}

static double ag_sinc_series(double x_1, double order_1)
{
    double odd_1, power_1, half_1, t_1, term_1, degree_1, power_2, rounds_1, term_2, total_1, total_2, power_3, degree_2, rounds_2, term_3;
    odd_1 = fmod(order_1, 2.0);
    power_1 = (order_1 + odd_1);
    half_1 = (0.5 * power_1);
    t_1 = pow(9.869604401089358, half_1);
    term_1 = ((t_1 * ((fmod(half_1, 2.0) == 0.0) ? 1.0 : (-1.0))) * ((odd_1 != 0.0) ? x_1 : 1.0));
    degree_1 = odd_1;
    power_2 = power_1;
    rounds_1 = 0.0;
    term_2 = term_1;
    total_1 = 0.0;
    while ((rounds_1 < 30.0)) {
        total_2 = (total_1 + (term_2 / (power_2 + 1.0)));
        power_3 = (power_2 + 2.0);
        degree_2 = (degree_1 + 2.0);
        rounds_2 = (rounds_1 + 1.0);
        term_3 = (term_2 * ((((-9.869604401089358) * x_1) * x_1) / (degree_2 * (degree_2 - 1.0))));
        degree_1 = degree_2;
        power_2 = power_3;
        rounds_1 = rounds_2;
        term_2 = term_3;
        total_1 = total_2;
    }
    return total_1;
}

static double ag_cos_pi(double x_1)
{
    double distance_1;
    distance_1 = fabs(remainder(x_1, 2.0));
    if (((0.25 < distance_1) && (distance_1 < 0.75))) {
        return sin((3.141592653589793 * (0.5 - distance_1)));
    }
    return ((distance_1 < 0.5) ? cos((3.141592653589793 * distance_1)) : (-cos((3.141592653589793 * (1.0 - distance_1)))));
}

static double ag_sinc_derivative(double x_1, double order_1)
{
    double t_1, cosine_1, derivative_1, cosine_2, derivative_2, n_1, scale_1, sine_1, n_2, cosine_3, derivative_3, scale_2, sine_1_1;
    if (isinf(x_1)) {
        return 0.0;
    }
    if ((fabs(x_1) < (0.2 + (0.3 * order_1)))) {
        return ag_sinc_series(x_1, order_1);
    }
    t_1 = ag_sin_pi(x_1);
    cosine_1 = ag_cos_pi(x_1);
    derivative_1 = (t_1 / (3.141592653589793 * x_1));
    cosine_2 = cosine_1;
    derivative_2 = derivative_1;
    n_1 = 0.0;
    scale_1 = 1.0;
    sine_1 = t_1;
    while ((n_1 < order_1)) {
        n_2 = (n_1 + 1.0);
        cosine_3 = (-sine_1);
        derivative_3 = (((scale_1 * cosine_2) - (n_2 * derivative_2)) / x_1);
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

static double ag_mantissa_2(double x_1)
{
    return ag_frexp(x_1, 0);
}

static double ag_exponent_2(double x_1)
{
    return chosen_of(isfinite(x_1), ag_frexp(x_1, 1), 0.0);
}

LOOP_2(calling, pow, ag_pow_or_ieee(x0[k], x1[k]))
LOOP_2(calling, power_slope, ag_power_slope_or_ieee(x0[k], x1[k]))
LOOP_2(calling, power_log, ag_power_log(x0[k], x1[k]))
LOOP_1(calling, cbrt, ag_cbrt_2(x0[k]))
LOOP_2(calling, hypot, hypot(x0[k], x1[k]))
LOOP_2(calling, unit, ag_unit(x0[k], x1[k]))
LOOP_1(calling, exp2, exp2(x0[k]))
LOOP_1(calling, log2, log2(x0[k]))
LOOP_1(calling, log10, log10(x0[k]))
LOOP_1(calling, sinh, sinh(x0[k]))
LOOP_1(calling, cosh, cosh(x0[k]))
LOOP_1(calling, asinh, asinh(x0[k]))
LOOP_1(calling, acosh, acosh(x0[k]))
LOOP_1(calling, atanh, atanh(x0[k]))
LOOP_1(calling, gamma, ag_gamma_or_ieee(x0[k]))
LOOP_2(calling, weighted_gamma, ag_weighted_gamma_or_ieee(x0[k], x1[k]))
LOOP_1(calling, lgamma, ag_lgamma_or_ieee(x0[k]))
LOOP_1(calling, digamma, ag_digamma_or_ieee(x0[k]))
LOOP_2(calling, polygamma, ag_polygamma_or_ieee(x0[k], x1[k]))
LOOP_1(calling, erf, erf(x0[k]))
LOOP_2(calling, round, ag_round_or_ieee(x0[k], x1[k]))
LOOP_2(calling, floordiv, ag_floordiv_or_ieee(x0[k], x1[k]))
LOOP_2(calling, mod, ag_mod(x0[k], x1[k]))
LOOP_2(calling, fmod, fmod(x0[k], x1[k]))
LOOP_2(calling, ieee_remainder, remainder(x0[k], x1[k]))
LOOP_1(calling, sin, sin(x0[k]))
LOOP_1(calling, cos, cos(x0[k]))
LOOP_1(calling, tan, tan(x0[k]))
LOOP_1(calling, asin, asin(x0[k]))
LOOP_1(calling, acos, acos(x0[k]))
LOOP_1(calling, atan, atan(x0[k]))
LOOP_2(calling, atan2, atan2(x0[k], x1[k]))
LOOP_2(calling, angle_slope, ag_angle_slope(x0[k], x1[k]))
LOOP_1(calling, sinc, ag_sinc(x0[k]))
LOOP_2(calling, sinc_derivative, ag_sinc_derivative(x0[k], x1[k]))
LOOP_1(calling, mantissa, ag_mantissa_2(x0[k]))
LOOP_1(calling, exponent, ag_exponent_2(x0[k]))
#endif

#define OPERATIONS(STRAIGHT, CALLING) \
    STRAIGHT(flat, 1) \
    STRAIGHT(step, 1) \
    STRAIGHT(sign, 1) \
    STRAIGHT(larger_share, 2) \
    STRAIGHT(abs, 1) \
    STRAIGHT(copysign, 2) \
    STRAIGHT(relu, 1) \
    STRAIGHT(leaky_relu, 2) \
    STRAIGHT(maximum, 2) \
    STRAIGHT(minimum, 2) \
    STRAIGHT(clip, 3) \
    STRAIGHT(nonzero, 1) \
    STRAIGHT(where, 3) \
    STRAIGHT(identity, 1) \
    STRAIGHT(add, 2) \
    STRAIGHT(sub, 2) \
    STRAIGHT(mul, 2) \
    STRAIGHT(neg, 1) \
    STRAIGHT(square, 1) \
    STRAIGHT(one_minus_square, 1) \
    STRAIGHT(div, 2) \
    STRAIGHT(quotient_by_square, 2) \
    STRAIGHT(positive_quotient, 2) \
    STRAIGHT(reciprocal, 1) \
    CALLING(pow, 2) \
    CALLING(power_slope, 2) \
    CALLING(power_log, 2) \
    STRAIGHT(sqrt, 1) \
    CALLING(cbrt, 1) \
    CALLING(hypot, 2) \
    CALLING(unit, 2) \
    STRAIGHT(exp, 1) \
    CALLING(exp2, 1) \
    STRAIGHT(expm1, 1) \
    STRAIGHT(log, 1) \
    STRAIGHT(log1p, 1) \
    CALLING(log2, 1) \
    CALLING(log10, 1) \
    CALLING(sinh, 1) \
    CALLING(cosh, 1) \
    STRAIGHT(sech_squared, 1) \
    STRAIGHT(tanh, 1) \
    CALLING(asinh, 1) \
    CALLING(acosh, 1) \
    CALLING(atanh, 1) \
    STRAIGHT(sigmoid, 1) \
    STRAIGHT(log_sigmoid, 1) \
    STRAIGHT(softplus, 1) \
    STRAIGHT(silu, 1) \
    STRAIGHT(silu_slope, 1) \
    STRAIGHT(elu, 2) \
    STRAIGHT(softsign, 1) \
    STRAIGHT(exp_difference, 2) \
    STRAIGHT(relative_exp, 2) \
    STRAIGHT(sigmoid_difference, 2) \
    STRAIGHT(logaddexp, 2) \
    CALLING(gamma, 1) \
    CALLING(weighted_gamma, 2) \
    CALLING(lgamma, 1) \
    CALLING(digamma, 1) \
    CALLING(polygamma, 2) \
    CALLING(erf, 1) \
    STRAIGHT(erfc, 1) \
    STRAIGHT(gaussian, 1) \
    STRAIGHT(norm_cdf, 1) \
    STRAIGHT(norm_pdf, 1) \
    STRAIGHT(weighted_norm_pdf, 2) \
    STRAIGHT(gelu, 1) \
    STRAIGHT(gelu_slope, 1) \
    STRAIGHT(floor, 1) \
    STRAIGHT(ceil, 1) \
    STRAIGHT(trunc, 1) \
    CALLING(round, 2) \
    CALLING(floordiv, 2) \
    CALLING(mod, 2) \
    CALLING(fmod, 2) \
    CALLING(ieee_remainder, 2) \
    STRAIGHT(softmax_share, 2) \
    STRAIGHT(greater, 2) \
    STRAIGHT(greater_equal, 2) \
    STRAIGHT(less, 2) \
    STRAIGHT(less_equal, 2) \
    STRAIGHT(equal, 2) \
    STRAIGHT(not_equal, 2) \
    STRAIGHT(stop_gradient, 1) \
    STRAIGHT(is_either, 3) \
    CALLING(sin, 1) \
    CALLING(cos, 1) \
    CALLING(tan, 1) \
    CALLING(asin, 1) \
    CALLING(acos, 1) \
    CALLING(atan, 1) \
    CALLING(atan2, 2) \
    CALLING(angle_slope, 2) \
    CALLING(sinc, 1) \
    CALLING(sinc_derivative, 2) \
    CALLING(mantissa, 1) \
    CALLING(exponent, 1)
