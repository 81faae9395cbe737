use super::*;

/// Splitmix64 (Steele, Lea, Flood 2014): the same draws each time.
struct Draw(u64);

impl Draw {
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Knuth's, for small means.
    fn poisson(&mut self, mean: f64) -> u64 {
        let (limit, mut product, mut n) = ((-mean).exp(), self.unit(), 0);
        while product > limit {
            product *= self.unit();
            n += 1;
        }
        n
    }

    /// A mean that scatters: Poisson of a gamma with whole shape (the sum of exponentials).
    fn bursty(&mut self, mean: f64, shape: u32) -> u64 {
        let gamma: f64 = (0..shape).map(|_| -(1.0 - self.unit()).ln()).sum();
        self.poisson(mean * gamma / f64::from(shape))
    }

    fn series(&mut self, mut day: impl FnMut(&mut Self, usize) -> u64) -> Vec<u64> {
        (0..BASE_DAYS + RECENT_DAYS).map(|i| day(self, i)).collect()
    }
}

/// Of so many looks at ten counts each, the share that tells of anything.
fn alarms(seed: u64, looks: u32, day: impl Fn(&mut Draw, usize, usize) -> u64) -> f64 {
    let mut draw = Draw(seed);
    let mut told = 0;
    for _ in 0..looks {
        let series: Vec<_> =
            (0..10).map(|which| draw.series(|draw, i| day(draw, which, i))).collect();
        told += u32::from(!notices(&series).is_empty());
    }
    f64::from(told) / f64::from(looks)
}

#[test]
fn the_binomial_tail_is_exact() {
    // Sums of exact binomial terms, by hand: 3 of 3 at a half; 2 or more of 3 at a fifth; 1 or more
    // of 10 at a fifth.
    for (after, before, share, expected) in [
        (3.0, 0.0, 0.5, 0.125),
        (2.0, 1.0, 0.2, 3.0 * 0.04 * 0.8 + 0.008),
        (1.0, 9.0, 0.2, 1.0 - 0.8_f64.powi(10)),
        (0.0, 9.0, 0.2, 1.0),
    ] {
        assert!((tail(after, before, share) - expected).abs() < 1e-10, "{after} {before} {share}");
    }
}

#[test]
fn the_tail_of_students_t_is_that_of_the_tables() {
    // Upper points of t with 21 degrees of freedom, from printed tables.
    for (t, p) in [(1.721, 0.05), (2.518, 0.01), (3.527, 0.001), (-1.721, 0.95), (0.0, 0.5)] {
        assert!((student_tail(t) / p - 1.0).abs() < 2e-3, "{t}: {}", student_tail(t));
    }
}

#[test]
fn noise_is_told_of_at_most_once_in_a_hundred_looks() {
    // Three standard errors of a share of 0.01 in 2,000 looks.
    let most = FALSE_ALARMS + 3.0 * (FALSE_ALARMS * 0.99 / 2000.0).sqrt();
    for mean in [0.3, 2.0, 12.0] {
        let share = alarms(1, 2000, |draw, _, _| draw.poisson(mean));
        assert!(share <= most, "Poisson with mean {mean}: {share}");
    }
    let weekly = |i: usize| if i % 7 < 2 { 2.0 } else { 10.0 };
    let share = alarms(2, 2000, |draw, _, i| draw.poisson(weekly(i)));
    assert!(share <= most, "with quiet week-ends: {share}");
}

#[test]
fn counts_that_scatter_do_not_shout() {
    // Variance 3.5 times the mean; the dispersion is itself estimated, which costs something.
    let share = alarms(3, 2000, |draw, _, _| draw.bursty(10.0, 4));
    // Bursts are skewed, which t is not: hence twice the chance, and the three standard errors.
    assert!(share <= 2.0 * FALSE_ALARMS + 0.007, "bursts: {share}");
    // The same test without the division would tell of most of them.
    let mut draw = Draw(3);
    let naive = (0..500).filter(|_| {
        (0..10).any(|_| {
            let daily = draw.series(|draw, _| draw.bursty(10.0, 4));
            let (base, recent) = daily.split_at(BASE_DAYS);
            tail(sum(recent) as f64, sum(base) as f64, 0.2) <= FALSE_ALARMS / 10.0
        })
    });
    let naive = naive.count() as f64 / 500.0;
    assert!(naive > 0.1, "{naive}: the property could not fail");
}

#[test]
fn a_count_that_doubles_is_told_of_and_no_other() {
    let mut draw = Draw(4);
    let mut found = 0;
    for _ in 0..200 {
        let series: Vec<_> = (0..10)
            .map(|which| {
                draw.series(|draw, i| {
                    let rises = which == 6 && i >= BASE_DAYS;
                    draw.poisson(if rises { 20.0 } else { 10.0 })
                })
            })
            .collect();
        let told: Vec<usize> = notices(&series).into_iter().map(|(place, _)| place).collect();
        found += u32::from(told == [6]);
    }
    assert!(found >= 180, "{found} of 200");
}

#[test]
fn little_or_short_is_never_told_of() {
    let mut daily = vec![0; BASE_DAYS + RECENT_DAYS];
    assert_eq!(rise(&daily), None);
    daily[BASE_DAYS] = 4;
    assert_eq!(notices(std::slice::from_ref(&daily)), []);
    daily[BASE_DAYS] = 40;
    assert_eq!(notices(std::slice::from_ref(&daily)).len(), 1);
    assert_eq!(notices(&[daily[1..].to_vec(), Vec::new()]), []);
    daily[0] = u64::MAX;
    daily[1] = u64::MAX;
    assert_eq!(notices(&[daily]), []);
}
