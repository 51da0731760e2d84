//! How unlikely a count is: tails of the Poisson and the negative binomial distribution.

/// Returns ln P(X >= x) for a count with this mean and variance-to-mean ratio (`dispersion` >= 1).
pub(crate) fn ln_upper(x: u64, mean: f64, dispersion: f64) -> f64 {
    if x == 0 {
        return 0.0;
    }
    if dispersion <= 1.000_1 {
        return ln_gamma_p(x as f64, mean);
    }
    // Negative binomial: success probability p = 1/dispersion, r = mean / (dispersion - 1).
    let r = mean / (dispersion - 1.0);
    ln_beta_regularised(x as f64, r, 1.0 - 1.0 / dispersion)
}

/// Returns ln P(X <= x).
pub(crate) fn ln_lower(x: u64, mean: f64, dispersion: f64) -> f64 {
    if dispersion <= 1.000_1 {
        return ln_gamma_q(x as f64 + 1.0, mean);
    }
    let r = mean / (dispersion - 1.0);
    ln_beta_regularised(r, x as f64 + 1.0, 1.0 / dispersion)
}

/// ln of the regularised lower incomplete gamma function P(a, x).
fn ln_gamma_p(a: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return f64::NEG_INFINITY;
    }
    if x < a + 1.0 {
        gamma_series(a, x)
    } else {
        let q = gamma_fraction(a, x).exp();
        (-q).ln_1p()
    }
}

/// ln of Q(a, x) = 1 - P(a, x).
fn ln_gamma_q(a: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x < a + 1.0 { (-gamma_series(a, x).exp()).ln_1p() } else { gamma_fraction(a, x) }
}

fn gamma_series(a: f64, x: f64) -> f64 {
    let (mut term, mut sum, mut n) = (1.0 / a, 1.0 / a, a);
    for _ in 0..STEPS_MAX {
        n += 1.0;
        term *= x / n;
        sum += term;
        if term < sum * 1e-12 {
            break;
        }
    }
    sum.ln() - x + a * x.ln() - ln_gamma(a)
}

fn gamma_fraction(a: f64, x: f64) -> f64 {
    let tiny = 1e-300;
    let mut b = x + 1.0 - a;
    let mut c = 1.0 / tiny;
    let mut d = 1.0 / b;
    let mut h = d;
    for i in 1..STEPS_MAX {
        let i = f64::from(i);
        let an = -i * (i - a);
        b += 2.0;
        d = floor_at(an * d + b, tiny).recip();
        c = floor_at(b + an / c, tiny);
        let step = d * c;
        h *= step;
        if (step - 1.0).abs() < 1e-12 {
            break;
        }
    }
    h.ln() - x + a * x.ln() - ln_gamma(a)
}

/// ln of the regularised incomplete beta function I_x(a, b).
fn ln_beta_regularised(a: f64, b: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return f64::NEG_INFINITY;
    }
    if x >= 1.0 {
        return 0.0;
    }
    let front = ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b) + a * x.ln() + b * (-x).ln_1p();
    if x < (a + 1.0) / (a + b + 2.0) {
        front + beta_fraction(a, b, x).ln() - a.ln()
    } else {
        let other = front + beta_fraction(b, a, 1.0 - x).ln() - b.ln();
        (-other.exp()).ln_1p()
    }
}

fn beta_fraction(a: f64, b: f64, x: f64) -> f64 {
    let tiny = 1e-300;
    let mut c = 1.0;
    let mut d = floor_at(1.0 - (a + b) * x / (a + 1.0), tiny).recip();
    let mut h = d;
    for m in 1..STEPS_MAX {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = floor_at(1.0 + even * d, tiny).recip();
        c = floor_at(1.0 + even / c, tiny);
        h *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = floor_at(1.0 + odd * d, tiny).recip();
        c = floor_at(1.0 + odd / c, tiny);
        let step = d * c;
        h *= step;
        if (step - 1.0).abs() < 1e-12 {
            break;
        }
    }
    h
}

fn floor_at(value: f64, tiny: f64) -> f64 {
    if value.abs() < tiny { tiny } else { value }
}

/// Lanczos, g = 7, n = 9.
fn ln_gamma(x: f64) -> f64 {
    const C: [f64; 9] = [
        0.999_999_999_999_809_9,
        676.520_368_121_885_1,
        -1_259.139_216_722_402_8,
        771.323_428_777_653_1,
        -176.615_029_162_140_6,
        12.507_343_278_686_905,
        -0.138_571_095_265_720_12,
        9.984_369_578_019_572e-6,
        1.505_632_735_149_311_6e-7,
    ];
    if x < 0.5 {
        let pi = std::f64::consts::PI;
        return (pi / (pi * x).sin()).abs().ln() - ln_gamma(1.0 - x);
    }
    let x = x - 1.0;
    let t = x + 7.5;
    let sum = C.iter().skip(1).zip(1..).fold(C[0], |sum, (c, i)| sum + c / (x + f64::from(i)));
    0.5 * (2.0 * std::f64::consts::PI).ln() + (x + 0.5) * t.ln() - t + sum.ln()
}

const STEPS_MAX: i32 = 2_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_tails_are_what_a_sum_gives() {
        for (mean, phi) in [(0.3_f64, 1.0_f64), (4.0, 1.0), (40.0, 1.0), (0.5, 3.0), (20.0, 5.0), (3.0, 50.0)]
        {
            let pmf = |k: u64| -> f64 {
                let k = k as f64;
                if phi < 1.000_1 {
                    (k * mean.ln() - mean - ln_gamma(k + 1.0)).exp()
                } else {
                    let r = mean / (phi - 1.0);
                    let p = 1.0 / phi;
                    (ln_gamma(k + r) - ln_gamma(r) - ln_gamma(k + 1.0) + r * p.ln() + k * (1.0 - p).ln())
                        .exp()
                }
            };
            for x in [1_u64, 2, 5, 17, 60] {
                let lower: f64 = (0..=x).map(pmf).sum();
                let upper: f64 = (x..x + 4000).map(pmf).sum();
                assert!((ln_lower(x, mean, phi) - lower.ln()).abs() < 1e-6, "{mean} {phi} {x}");
                assert!(
                    (ln_upper(x, mean, phi) - upper.ln()).abs() < 1e-6,
                    "{mean} {phi} {x}: {} {}",
                    ln_upper(x, mean, phi),
                    upper.ln()
                );
            }
        }
    }
}
