use super::*;

fn columns(calls: &[f64], usual: (f64, f64), unusual: std::ops::Range<usize>) -> Vec<Column> {
    let column = |(at, calls): (usize, &f64)| Column {
        calls: Some(*calls),
        usual: Some(usual),
        is_unusual: unusual.contains(&at),
    };
    calls.iter().enumerate().map(column).collect()
}

#[test]
fn a_surge_stands_out_of_the_band() {
    let drawn = draw(
        &columns(&[10.0, 20.0, 15.0, 100.0, 90.0, 20.0], (10.0, 20.0), 3..5),
        5,
        &[(0, "a".to_owned()), (3, "b".to_owned())],
        Paint::Plain,
    );
    assert_eq!(drawn, "100 ┤   █▄\n    ┤   ██\n 60 ┤   ██\n    ┤   ██\n    ┤▄█▆███\n  0 ┼   ▔▔\n     a  b\n");
}

#[test]
fn a_silence_leaves_the_band_empty() {
    let mut columns = columns(&[20.0, 18.0, 0.0, 0.0, 20.0], (16.0, 22.0), 2..4);
    columns.push(Column::default());
    let drawn = draw(&columns, 4, &[(9, "end".to_owned())], Paint::Plain);
    assert_eq!(drawn, "24 ┤▃░░░▃·\n   ┤██░░█·\n12 ┤██  █·\n   ┤██  █·\n 0 ┼  ▔▔\n       end\n");
    let coloured = draw(&columns, 4, &[], Paint::Coloured);
    assert!(coloured.contains("\u{1b}[2m░░\u{1b}[0m"), "{coloured:?}");
}

#[test]
fn whatever_is_to_be_drawn_is_drawn() {
    for calls in [0.0, 1e-9, 1.0, 3.0, f64::MAX, f64::INFINITY, f64::NAN] {
        for height in [0, 1, 2, 10] {
            let columns = columns(&[calls, 0.0], (0.0, calls), 0..1);
            assert_eq!(
                draw(&columns, height, &[(0, "x".repeat(9))], Paint::Plain).lines().count(),
                height + 2
            );
        }
    }
    assert_eq!(draw(&[], 1, &[], Paint::Plain), "1 ┤\n0 ┼\n   \n");
}

#[test]
fn scales_end_at_round_numbers() {
    for (top, rounded) in [
        (0.0, 1.0),
        (0.42, 0.5),
        (1.0, 1.0),
        (3.0, 3.0),
        (22.0, 24.0),
        (11.0, 12.0),
        (31.0, 40.0),
        (101.0, 120.0),
    ] {
        assert!((round_up(top) - rounded).abs() < 1e-9, "{top}: {}", round_up(top));
    }
}
