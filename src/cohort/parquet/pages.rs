//! Pages of a column, looked at before the parquet crate unpacks them: it sets memory aside for what their headers state.

use super::footer::{self, PageLengths};
use ::parquet::basic::{Compression, Type};
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
        // the crate reads some headers that no writer writes, and would set aside what they state
        let page = header_at(chunks, at, end).ok_or_else(|| damaged("a page whose header cannot be read"))?;
        let (Ok(packed), Ok(unpacked)) = (u64::try_from(page.packed), u64::try_from(page.unpacked)) else {
            return Err(damaged("a page of a negative length"));
        };
        if unpacked > most_unpacked(column.compression(), packed) {
            return Err(damaged("a page that unpacks to more than its bytes can hold"));
        }
        if page.values.is_some_and(|values| !holds(column, values, unpacked)) {
            return Err(damaged("a dictionary of more values than its bytes can hold"));
        }
        at = at.saturating_add(page.header).saturating_add(packed);
    }
    Ok(())
}

/// Whether a dictionary of so many bytes can hold so many values, each written out: memory is set aside for them before any
/// is read.
fn holds(column: &ColumnChunkMetaData, values: i64, bytes: u64) -> bool {
    let least = match column.column_type() {
        Type::BOOLEAN => return u64::try_from(values).is_ok_and(|values| values <= bytes.saturating_mul(8)),
        // a text has its length before it
        Type::INT32 | Type::FLOAT | Type::BYTE_ARRAY => 4,
        Type::INT64 | Type::DOUBLE => 8,
        Type::INT96 => 12,
        Type::FIXED_LEN_BYTE_ARRAY => u64::try_from(column.column_descr().type_length()).unwrap_or(1).max(1),
    };
    u64::try_from(values).is_ok_and(|values| values.saturating_mul(least) <= bytes)
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
    use ::bytes::Bytes;
    use ::parquet::basic::{GzipLevel, Type as Stored};
    use ::parquet::schema::types::{ColumnDescriptor, ColumnPath, Type as Schema};
    use std::sync::Arc;

    #[test]
    fn a_page_holds_no_more_than_its_codec_can_make_of_it() {
        let gzip = Compression::GZIP(GzipLevel::default());
        let most = |codec| most_unpacked(codec, 100);
        assert_eq!(most(Compression::UNCOMPRESSED), 100);
        assert_eq!([most(Compression::SNAPPY), most(Compression::LZ4_RAW), most(gzip)], [10_496, 29_696, 114_096]);
        assert_eq!(most_unpacked(Compression::ZSTD(Default::default()), 10), LARGE);
        assert_eq!(most_unpacked(Compression::ZSTD(Default::default()), u64::MAX), LARGEST);
    }

    /// A chunk of a column of these bytes, looked at.
    fn looked_at(stored: Stored, bytes: Vec<u8>) -> Result<()> {
        let group = Schema::primitive_type_builder("a", stored).with_length(3).build().unwrap();
        let described = Arc::new(ColumnDescriptor::new(Arc::new(group), 0, 0, ColumnPath::from("a")));
        let chunk = ColumnChunkMetaData::builder(described).set_dictionary_page_offset(Some(0));
        let chunk = chunk.set_total_compressed_size(bytes.len() as i64).build().unwrap();
        check(&Bytes::from(bytes), &chunk)
    }

    /// The header of a dictionary in 24 bytes, the number of whose values is written so, and those bytes.
    fn dictionary(values: &[u8]) -> Vec<u8> {
        let begin = [0x15, 0x04, 0x15, 0x30, 0x15, 0x30, 0x4C, 0x15];
        [&begin[..], values, &[0x15, 0x00, 0x00, 0x00], &[0; 24]].concat()
    }

    #[test]
    fn a_page_whose_header_cannot_be_read_is_refused() {
        let page = |values: &[u8]| looked_at(Stored::INT64, dictionary(values));
        assert!(page(&[6]).is_ok() && page(&[0x86, 0x80, 0x00]).is_ok());
        let overlong = [&[0x86][..], &[0x80; 10], &[0x00]].concat();
        for bytes in [overlong, vec![6, 0x0F]] {
            assert!(page(&bytes).unwrap_err().to_string().contains("a page whose header cannot be read"));
        }
        // and where the column ends within one
        let cut = [0x15, 0x04, 0x15, 0x30, 0x15, 0x30, 0x4C].to_vec();
        assert!(looked_at(Stored::INT64, cut).unwrap_err().to_string().contains("a page whose header cannot be read"));
    }

    #[test]
    fn a_dictionary_holds_no_more_values_than_its_bytes() {
        let checked = |stored: Stored, values: u8| looked_at(stored, dictionary(&[2 * values]));
        let most = [
            (Stored::INT64, 3),
            (Stored::DOUBLE, 3),
            (Stored::INT32, 6),
            (Stored::BYTE_ARRAY, 6),
            (Stored::INT96, 2),
            (Stored::FIXED_LEN_BYTE_ARRAY, 8),
        ];
        for (stored, most) in most {
            assert!(checked(stored, most).is_ok(), "{stored}");
            let refused = checked(stored, most + 1).unwrap_err().to_string();
            assert!(refused.contains("a dictionary of more values than its bytes can hold"), "{refused}");
        }
    }
}
