package io.sommelier.controller;

import io.sommelier.api.Command;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * A SHA-256. Immutable. Keys and contents are told apart by theirs: it takes the same few bytes however long they are, and nobody can make two that are the same.
 *
 * @param first the first 64 bits
 * @param second the next
 * @param third the next
 * @param fourth the last 64 bits
 */
record Digest(long first, long second, long third, long fourth) {
    /**
     * Under which a command takes effect once: its principal, target and operation, and its key. A durable command without a key has its id for one, which is never the same as
     * a key of that text.
     */
    static Digest ofScope(String principal, Command command) {
        MessageDigest digest = sha256();
        update(digest, principal);
        update(digest, command.target().targetId());
        update(digest, command.operation());
        if (command.idempotencyKey().isEmpty()) {
            digest.update(ByteBuffer.allocate(16)
                    .putLong(command.id().high())
                    .putLong(command.id().low())
                    .flip());
        } else {
            update(digest, command.idempotencyKey());
            digest.update((byte) 1); // one byte more than any id has
        }
        return of(digest);
    }

    /**
     * What a repetition has in common with the first: payload, content type and the instance that is named. Headers, time to live, trace parent and flags may differ: each
     * sending has its own.
     */
    static Digest ofContent(Command command) {
        MessageDigest digest = sha256();
        update(digest, command.contentType());
        update(digest, command.target().instance());
        digest.update(command.payload().view());
        return of(digest);
    }

    /** The length goes first, so that no two fields can be mistaken for others. */
    private static void update(MessageDigest digest, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        digest.update(ByteBuffer.allocate(4).putInt(bytes.length).flip());
        digest.update(bytes);
    }

    private static Digest of(MessageDigest digest) {
        ByteBuffer bytes = ByteBuffer.wrap(digest.digest());
        return new Digest(bytes.getLong(), bytes.getLong(), bytes.getLong(), bytes.getLong());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    @Override
    public int hashCode() {
        return (int) first;
    }
}
