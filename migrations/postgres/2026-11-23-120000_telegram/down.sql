ALTER TABLE notice_preferences DROP COLUMN telegram_chat;
ALTER TABLE notice_preferences DROP COLUMN telegram;
ALTER TABLE notices DROP COLUMN messaged_at;
ALTER TABLE on_call ADD COLUMN telegram_token TEXT COLLATE "C";
UPDATE on_call SET telegram_token = (SELECT token FROM telegram_bot WHERE telegram_bot.id = on_call.id);
DROP TABLE telegram_bot;
