//! Chance that repeats: the same seed gives the same streams on every machine.

use std::f64::consts::TAU;

/// A source of chance.
#[derive(Debug)]
pub(crate) struct Random(u64);

impl Random {
    /// The chance of one trial: every part, trial and seed has its own.
    pub(crate) fn of(seed: u64, part: &str, trial: u64) -> Self {
        let named = part.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        let mut random = Self(named ^ seed.wrapping_mul(0xd605_bbb5_8c8a_bbc9));
        random.0 = random.next() ^ trial.wrapping_mul(0x9e6c_63d0_a3f1_5b27);
        random.next();
        random
    }

    /// SplitMix64.
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Less than `bound`.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound.max(1) as u64) as usize
    }

    /// At least 0, less than 1.
    pub(crate) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub(crate) fn between(&mut self, least: f64, most: f64) -> f64 {
        least + (most - least) * self.unit()
    }

    /// Each order of magnitude as often as another.
    pub(crate) fn of_any_size(&mut self, least: f64, most: f64) -> f64 {
        self.between(least.ln(), most.ln()).exp()
    }

    fn normal(&mut self) -> f64 {
        let (radius, angle) = (1.0 - self.unit(), self.unit());
        (-2.0 * radius.ln()).sqrt() * (TAU * angle).cos()
    }

    /// Exact also in its tails, which an approximation by the normal distribution would cut off: Hörmann's
    /// transformed rejection (1993).
    pub(crate) fn poisson(&mut self, mean: f64) -> u32 {
        if mean < 10.0 {
            return self.few(mean);
        }
        let b = 0.931 + 2.53 * mean.sqrt();
        let a = -0.059 + 0.024_83 * b;
        let inverse_alpha = 1.1239 + 1.1328 / (b - 3.4);
        let likely = 0.9277 - 3.6224 / (b - 2.0);
        loop {
            let (u, v) = (self.unit() - 0.5, self.unit());
            let from_edge = 0.5 - u.abs();
            let count = ((2.0 * a / from_edge + b) * u + mean + 0.43).floor();
            if from_edge >= 0.07 && v <= likely {
                return count as u32;
            }
            if count < 0.0 || (from_edge < 0.013 && v > from_edge) {
                continue;
            }
            let offered = (v * inverse_alpha / (a / (from_edge * from_edge) + b)).ln();
            if offered <= count * mean.ln() - mean - ln_factorial(count) {
                return count as u32;
            }
        }
    }

    fn few(&mut self, mean: f64) -> u32 {
        if mean <= 0.0 {
            return 0;
        }
        let limit = (-mean).exp();
        let (mut count, mut product) = (0, self.unit());
        while product > limit {
            count += 1;
            product *= self.unit();
        }
        count
    }

    /// Marsaglia and Tsang (2000); the mean is `shape`.
    pub(crate) fn gamma(&mut self, shape: f64) -> f64 {
        if shape < 1.0 {
            let u = 1.0 - self.unit();
            return self.gamma(shape + 1.0) * u.powf(1.0 / shape);
        }
        let d = shape - 1.0 / 3.0;
        let c = 1.0 / (9.0 * d).sqrt();
        loop {
            let x = self.normal();
            let v = (1.0 + c * x).powi(3);
            if v > 0.0 && (1.0 - self.unit()).ln() < 0.5 * x * x + d - d * v + d * v.ln() {
                return d * v;
            }
        }
    }

    /// At least 1; the smaller `alpha`, the heavier the tail.
    pub(crate) fn pareto(&mut self, alpha: f64) -> f64 {
        (1.0 - self.unit()).powf(-1.0 / alpha)
    }
}

/// ln n!, by Stirling's series.
pub(crate) fn ln_factorial(count: f64) -> f64 {
    if count < 9.0 {
        return (2..=count as u32).map(|factor| f64::from(factor).ln()).sum();
    }
    let n = count + 1.0;
    (n - 0.5) * n.ln() - n + 0.5 * TAU.ln() + 1.0 / (12.0 * n) - 1.0 / (360.0 * n.powi(3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_have_the_mean_the_variance_and_the_tail_of_their_distribution() {
        for mean in [0.7, 9.0, 11.0, 80.0, 900.0] {
            let mut random = Random::of(1, "poisson", 0);
            let draws: Vec<f64> = (0..100_000).map(|_| f64::from(random.poisson(mean))).collect();
            let average = draws.iter().sum::<f64>() / 1e5;
            let variance = draws.iter().map(|draw| (draw - average).powi(2)).sum::<f64>() / 1e5;
            assert!((average - mean).abs() < 5.0 * (mean / 1e5).sqrt(), "{mean}: average {average}");
            assert!((variance / mean - 1.0).abs() < 0.03, "{mean}: variance {variance}");
            let far = draws.iter().filter(|draw| **draw > mean + 3.0 * mean.sqrt()).count();
            assert!((80..=1_000).contains(&far), "{mean}: {far} beyond three deviations");
        }
    }

    #[test]
    fn factorials_are_exact_enough() {
        let mut sum = 0.0;
        for n in 1..200_u32 {
            sum += f64::from(n).ln();
            assert!((ln_factorial(f64::from(n)) - sum).abs() < 1e-8, "{n}");
        }
    }
}
