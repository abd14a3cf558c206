DELETE FROM pictures WHERE EXISTS (
    SELECT 1 FROM assets
    WHERE assets.site_id = pictures.site_id AND assets.digest = pictures.digest AND assets.kind <> 'picture'
);
DROP TABLE document_texts;
