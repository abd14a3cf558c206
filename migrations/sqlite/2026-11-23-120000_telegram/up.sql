-- The bot that writes to whoever chose so, and to whoever is on call: one row at most. The token is sealed.
CREATE TABLE telegram_bot (
    id INTEGER PRIMARY KEY NOT NULL,
    token TEXT NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
INSERT INTO telegram_bot SELECT id, telegram_token, updated_at FROM on_call WHERE telegram_token IS NOT NULL;
ALTER TABLE on_call DROP COLUMN telegram_token;
-- When the bot wrote of it.
ALTER TABLE notices ADD COLUMN messaged_at INTEGER;
ALTER TABLE notice_preferences ADD COLUMN telegram TEXT NOT NULL DEFAULT 'none';
ALTER TABLE notice_preferences ADD COLUMN telegram_chat TEXT;
