//! How alike two pictures are for an eye: structural similarity (Wang et al., 2004) of their brightness. Pure.

/// Windows of so many pixels a side, half of it apart.
const WINDOW: usize = 8;
const STEP: usize = WINDOW / 2;
/// The constants of the paper for 8 bits: (0.01 × 255)² and (0.03 × 255)².
const C1: f64 = 6.5025;
const C2: f64 = 58.5225;

/// The brightness of pixels, one byte each.
pub fn brightness(rgb: &[u8]) -> Vec<u8> {
    let mut brightness = vec![0; rgb.len() / 3];
    // The parts one by one: where a crate is not optimised as a whole, `map` of an array is a call for each pixel.
    for (to, &[red, green, blue]) in brightness.iter_mut().zip(rgb.as_chunks::<3>().0) {
        *to = ((u32::from(red) * 77 + u32::from(green) * 150 + u32::from(blue) * 29 + 128) >> 8) as u8;
    }
    brightness
}

/// From 1 (the same) downwards; of two brightnesses of the same width.
pub fn similarity(one: &[u8], other: &[u8], width: usize) -> f64 {
    let height = one.len().min(other.len()) / width.max(1);
    let (wide, high) = (WINDOW.min(width), WINDOW.min(height));
    let mut sum = 0.0;
    let mut windows = 0_u32;
    for top in (0..=height - high).step_by(STEP) {
        for left in (0..=width - wide).step_by(STEP) {
            let rows = (top..top + high).map(|row| row * width + left);
            sum += window(rows.map(|from| (&one[from..from + wide], &other[from..from + wide])));
            windows += 1;
        }
    }
    sum / f64::from(windows.max(1))
}

fn window<'p>(rows: impl Iterator<Item = (&'p [u8], &'p [u8])>) -> f64 {
    let (mut count, mut sum_one, mut sum_other) = (0_u32, 0_u32, 0_u32);
    let (mut squares_one, mut squares_other, mut products) = (0_u32, 0_u32, 0_u32);
    for (one, other) in rows {
        for (one, other) in one.iter().zip(other) {
            let (one, other) = (u32::from(*one), u32::from(*other));
            count += 1;
            sum_one += one;
            sum_other += other;
            squares_one += one * one;
            squares_other += other * other;
            products += one * other;
        }
    }
    let mean = |sum: u32| f64::from(sum) / f64::from(count.max(1));
    let (one, other) = (mean(sum_one), mean(sum_other));
    let (spread_one, spread_other) = (mean(squares_one) - one * one, mean(squares_other) - other * other);
    let together = mean(products) - one * other;
    (2.0 * one * other + C1) * (2.0 * together + C2)
        / ((one * one + other * other + C1) * (spread_one + spread_other + C2))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waves(shift: usize) -> Vec<u8> {
        (0..64 * 48).map(|at| ((at % 64 + shift) * 37 % 251) as u8).collect()
    }

    #[test]
    fn the_same_is_one_and_every_damage_is_less() {
        let picture = waves(0);
        assert!((similarity(&picture, &picture, 64) - 1.0).abs() < 1e-9);
        let noisy: Vec<u8> =
            picture.iter().enumerate().map(|(at, value)| value.saturating_add((at % 3) as u8 * 4)).collect();
        let flat = vec![128; picture.len()];
        let (little, much) = (similarity(&picture, &noisy, 64), similarity(&picture, &flat, 64));
        assert!(0.9 < little && little < 1.0 && much < 0.1, "{little} {much}");
    }

    #[test]
    fn a_picture_smaller_than_a_window_has_a_score() {
        assert!((similarity(&[7, 8, 9], &[7, 8, 9], 3) - 1.0).abs() < 1e-9);
        assert_eq!(brightness(&[255, 255, 255, 0, 0, 0]), [255, 0]);
    }
}
