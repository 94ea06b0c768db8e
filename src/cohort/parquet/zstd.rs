//! Pages packed with zstd, unpacked in Rust: the parquet crate itself would bring the C library.
//!
//! The column is read as if it were not packed, and each page is unpacked on its way to the decoder.

use super::pages::most_unpacked;
use ::bytes::Bytes;
use ::parquet::basic::{Compression, ZstdLevel};
use ::parquet::column::page::{Page, PageMetadata, PageReader};
use ::parquet::errors::{ParquetError, Result as Read};
use ::parquet::file::metadata::ColumnChunkMetaData;
use ruzstd::decoding::StreamingDecoder;
use std::io::Read as _;

pub(super) fn is_zstd(column: &ColumnChunkMetaData) -> bool {
    matches!(column.compression(), Compression::ZSTD(_))
}

/// The same column as one whose pages are not packed.
pub(super) fn without_codec(column: &ColumnChunkMetaData) -> Read<ColumnChunkMetaData> {
    column.clone().into_builder().set_compression(Compression::UNCOMPRESSED).build()
}

/// Hands on pages unpacked.
pub(super) struct Unpacked<P> {
    pages: P,
}

impl<P: PageReader> Unpacked<P> {
    pub(super) fn new(pages: P) -> Self {
        Unpacked { pages }
    }
}

fn unpack(packed: &[u8], to: &mut Vec<u8>) -> Read<()> {
    let damaged = |cause: String| ParquetError::General(format!("a page packed with zstd is damaged: {cause}"));
    if packed.is_empty() {
        return Ok(());
    }
    let decoder = StreamingDecoder::new(packed).map_err(|cause| damaged(cause.to_string()))?;
    let most = most_unpacked(Compression::ZSTD(ZstdLevel::default()), packed.len() as u64);
    let read = decoder.take(most + 1).read_to_end(to).map_err(|cause| damaged(cause.to_string()))?;
    if read as u64 > most { Err(damaged("it unpacks to more than its bytes can hold".into())) } else { Ok(()) }
}

impl<P: PageReader> Iterator for Unpacked<P> {
    type Item = Read<Page>;

    fn next(&mut self) -> Option<Self::Item> {
        self.get_next_page().transpose()
    }
}

impl<P: PageReader> PageReader for Unpacked<P> {
    fn get_next_page(&mut self) -> Read<Option<Page>> {
        let Some(mut page) = self.pages.get_next_page()? else { return Ok(None) };
        match &mut page {
            Page::DataPage { buf, .. } | Page::DictionaryPage { buf, .. } => {
                let mut all = Vec::new();
                unpack(buf, &mut all)?;
                *buf = Bytes::from(all);
            }
            Page::DataPageV2 { buf, def_levels_byte_len, rep_levels_byte_len, is_compressed: true, .. } => {
                // levels stand in front and are never packed
                let levels = *def_levels_byte_len as usize + *rep_levels_byte_len as usize;
                let (levels, values) = buf
                    .split_at_checked(levels)
                    .ok_or_else(|| ParquetError::General("a page that is shorter than its levels".into()))?;
                let mut all = levels.to_vec();
                unpack(values, &mut all)?;
                *buf = Bytes::from(all);
            }
            Page::DataPageV2 { .. } => {}
        }
        Ok(Some(page))
    }

    fn peek_next_page(&mut self) -> Read<Option<PageMetadata>> {
        self.pages.peek_next_page()
    }

    fn skip_next_page(&mut self) -> Read<()> {
        self.pages.skip_next_page()
    }

    fn at_record_boundary(&mut self) -> Read<bool> {
        self.pages.at_record_boundary()
    }
}
