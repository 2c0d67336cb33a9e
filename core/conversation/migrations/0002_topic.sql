ALTER TABLE conversation_thread ADD COLUMN topic TEXT NOT NULL DEFAULT '';
