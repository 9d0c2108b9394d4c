use provider_core::domain::ExportFormat;

/// What the name of a file of this format ends with, without the dot.
#[must_use]
pub const fn extension(format: ExportFormat) -> &'static str {
    match format {
        ExportFormat::Json => "json",
        ExportFormat::Csv => "csv",
        ExportFormat::Excel => "xlsx",
    }
}

/// The media type of the files that are written here: text is in UTF-8.
#[must_use]
pub const fn media_type(format: ExportFormat) -> &'static str {
    match format {
        ExportFormat::Json => "application/json",
        ExportFormat::Csv => "text/csv; charset=utf-8; header=present",
        ExportFormat::Excel => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    }
}
