//! Pages of a column, looked at before the parquet crate unpacks them: it sets memory aside for what their headers state.

use super::footer::{self, PageLengths};
use ::parquet::basic::Compression;
use ::parquet::errors::{ParquetError, Result};
use ::parquet::file::metadata::ColumnChunkMetaData;
use ::parquet::file::reader::ChunkReader;

/// A page that unpacks to more than this is looked at twice.
const LARGE: u64 = 1 << 28;
/// No page of a table of people is larger.
const LARGEST: u64 = 1 << 30;
/// A header is looked for in so many bytes; statistics in it may be long texts.
const HEADER: usize = 1 << 12;

/// The most bytes that a page may unpack to: what its codec can make of so many, where that has a bound; elsewhere
/// [`LARGE`], or a thousand times what is there, up to a gigabyte.
pub(super) fn most_unpacked(codec: Compression, packed: u64) -> u64 {
    let times = |most: u64| packed.saturating_mul(most).saturating_add(4096).min(LARGEST);
    match codec {
        Compression::UNCOMPRESSED => packed,
        Compression::SNAPPY => times(64),
        Compression::LZ4 | Compression::LZ4_RAW => times(256),
        Compression::GZIP(_) => times(1100),
        _ => packed.saturating_mul(1000).clamp(LARGE, LARGEST),
    }
}

/// Whether all pages of a column state lengths that can be.
pub(super) fn check<R: ChunkReader>(chunks: &R, column: &ColumnChunkMetaData) -> Result<()> {
    let (mut at, length) = column.byte_range();
    let end = at.saturating_add(length).min(chunks.len());
    while at < end {
        // what cannot be read as a header is for the crate to say
        let Some(page) = header_at(chunks, at, end) else { return Ok(()) };
        let (Ok(packed), Ok(unpacked)) = (u64::try_from(page.packed), u64::try_from(page.unpacked)) else {
            return Err(damaged("a page of a negative length"));
        };
        if unpacked > most_unpacked(column.compression(), packed) {
            return Err(damaged("a page that unpacks to more than its bytes can hold"));
        }
        at = at.saturating_add(page.header).saturating_add(packed);
    }
    Ok(())
}

fn header_at<R: ChunkReader>(chunks: &R, at: u64, end: u64) -> Option<PageLengths> {
    let mut length = HEADER;
    loop {
        let there = usize::try_from(end - at).ok()?.min(length);
        let bytes = chunks.get_bytes(at, there).ok()?;
        match footer::page_header(&bytes) {
            Ok(page) => return Some(page),
            Err(_) if there == length => length = length.saturating_mul(16),
            Err(_) => return None,
        }
    }
}

fn damaged(what: &str) -> ParquetError {
    ParquetError::General(format!("the file is damaged: {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::parquet::basic::GzipLevel;

    #[test]
    fn a_page_holds_no_more_than_its_codec_can_make_of_it() {
        let gzip = Compression::GZIP(GzipLevel::default());
        let most = |codec| most_unpacked(codec, 100);
        assert_eq!(most(Compression::UNCOMPRESSED), 100);
        assert_eq!([most(Compression::SNAPPY), most(Compression::LZ4_RAW), most(gzip)], [10_496, 29_696, 114_096]);
        assert_eq!(most_unpacked(Compression::ZSTD(Default::default()), 10), LARGE);
        assert_eq!(most_unpacked(Compression::ZSTD(Default::default()), u64::MAX), LARGEST);
    }
}
