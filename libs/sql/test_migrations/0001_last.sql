-- What follows the shared files.
CREATE TABLE after_shared (id BIGINT PRIMARY KEY);

-- The end.
