//! The report's chart: calls by period, the abandoned on top of the answered.

use std::sync::LazyLock;

use plotters::{
    prelude::{
        BLACK, BitMapBackend, ChartBuilder, Color, FontStyle, IntoDrawingArea, IntoFont, RGBColor, Rectangle,
        SeriesLabelPosition, WHITE,
    },
    style::register_font,
};

use super::content::DailyReport;

const WIDTH: u32 = 800;
const HEIGHT: u32 = 320;
/// Told apart also by those who don't see red and green.
const ANSWERED: RGBColor = RGBColor(0x1b, 0x6f, 0xb5);
const ABANDONED: RGBColor = RGBColor(0xe6, 0x8a, 0x17);

/// The font comes with the program: a server has none.
static FONT: LazyLock<bool> = LazyLock::new(|| {
    register_font(
        "sans-serif",
        FontStyle::Normal,
        epaint_default_fonts::UBUNTU_LIGHT,
    )
    .is_ok()
});

/// The chart as a PNG image.
pub(super) fn png(report: &DailyReport) -> Result<Vec<u8>, String> {
    if !*FONT {
        return Err("the font of this program can't be read".to_owned());
    }
    let mut pixels = vec![0; (WIDTH * HEIGHT * 3) as usize];
    draw(report, &mut pixels).map_err(|error| error.to_string())?;
    encode(&pixels).map_err(|error| error.to_string())
}

fn draw(report: &DailyReport, pixels: &mut [u8]) -> Result<(), Box<dyn std::error::Error>> {
    let area = BitMapBackend::with_buffer(pixels, (WIDTH, HEIGHT)).into_drawing_area();
    area.fill(&WHITE)?;
    let bars: Vec<(f64, f64)> = report
        .rows
        .iter()
        .map(|row| (count(row.answered()), count(row.abandoned())))
        .collect();
    let tallest = bars
        .iter()
        .map(|(answered, abandoned)| answered + abandoned)
        .fold(0.0, f64::max);
    let periods = count(u64::try_from(bars.len()).unwrap_or(0));
    let mut chart = ChartBuilder::on(&area)
        .margin(8)
        .caption(
            format!("{}, {}", report.center, report.day),
            ("sans-serif", 18).into_font(),
        )
        .x_label_area_size(28)
        .y_label_area_size(44)
        .build_cartesian_2d(0.0..periods.max(1.0), 0.0..(tallest * 1.1).max(4.0))?;
    let clock = |at: &f64| {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a period of the day; casts saturate"
        )]
        let row = report.rows.get(at.max(0.0) as usize);
        row.map_or_else(|| "24:00".to_owned(), |row| report.clock(row.range.start()))
    };
    chart
        .configure_mesh()
        .disable_x_mesh()
        .x_labels(13)
        .x_label_formatter(&clock)
        .y_label_formatter(&|calls: &f64| format!("{calls:.0}"))
        .label_style(("sans-serif", 13).into_font())
        .draw()?;
    let places = || (0_u32..).map(f64::from);
    let answered = places().zip(&bars).map(|(at, (answered, _))| {
        Rectangle::new([(at + 0.1, 0.0), (at + 0.9, *answered)], ANSWERED.filled())
    });
    let abandoned = places().zip(&bars).map(|(at, (answered, abandoned))| {
        let corners = [(at + 0.1, *answered), (at + 0.9, answered + abandoned)];
        Rectangle::new(corners, ABANDONED.filled())
    });
    chart
        .draw_series(answered)?
        .label("Answered")
        .legend(|(x, y)| Rectangle::new([(x, y - 5), (x + 10, y + 5)], ANSWERED.filled()));
    chart
        .draw_series(abandoned)?
        .label("Abandoned")
        .legend(|(x, y)| Rectangle::new([(x, y - 5), (x + 10, y + 5)], ABANDONED.filled()));
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperRight)
        .label_font(("sans-serif", 13).into_font())
        .background_style(WHITE.mix(0.8))
        .border_style(BLACK.mix(0.2))
        .draw()?;
    area.present()?;
    drop(chart);
    Ok(())
}

fn encode(pixels: &[u8]) -> Result<Vec<u8>, png::EncodingError> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, WIDTH, HEIGHT);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(pixels)?;
    writer.finish()?;
    Ok(bytes)
}

#[expect(clippy::cast_precision_loss, reason = "counts of calls")]
fn count(calls: u64) -> f64 {
    calls as f64
}
