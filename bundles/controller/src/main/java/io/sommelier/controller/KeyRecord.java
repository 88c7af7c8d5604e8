package io.sommelier.controller;

import io.sommelier.api.CommandId;
import io.sommelier.api.Part;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** One key: who runs under it, or how that ended. Under the lock of {@link KeyWindow}, but for what is final. */
final class KeyRecord {
    final Digest scope;
    final Digest content;

    /** Whether all who used the key said that the command may run twice. */
    boolean isIdempotent;

    /** Who runs under the key, or {@code null} once that has ended. */
    KeyHold owner;

    /** Who waits for its reply, in the order they came; {@code null} for nobody. */
    private Set<KeyHold> joined;

    /** Whether the owner is durable and on disk. */
    boolean isOnDisk;

    /** A thread hands the key from owner to owner, and looks again when {@link #isPassedAgain}. */
    boolean isPassing;

    boolean isPassedAgain;

    long endedNanos;

    /** The reply, or the failure where the member gave none; {@code null} when it is not kept. */
    List<Part> kept;

    long keptBytes;

    /** Whether what is kept is the answer of a member. */
    boolean isAnswer;

    /** The durable command that its caller gave up while it waited in a mailbox, and that may still come out of it; or {@code null}. */
    CommandId stillWaiting;

    KeyRecord(Digest scope, Digest content, boolean isIdempotent) {
        this.scope = scope;
        this.content = content;
        this.isIdempotent = isIdempotent;
    }

    void join(KeyHold hold) {
        if (joined == null) {
            joined = new LinkedHashSet<>();
        }
        joined.add(hold);
    }

    void leave(KeyHold hold) {
        if (joined != null) {
            joined.remove(hold);
        }
    }

    /** Takes out the first of those who wait, or {@code null}. */
    KeyHold takeFirst() {
        if (joined == null || joined.isEmpty()) {
            return null;
        }
        KeyHold first = joined.iterator().next();
        joined.remove(first);
        return first;
    }

    /** Takes out all who wait. */
    List<KeyHold> takeAll() {
        List<KeyHold> all = joined == null ? List.of() : List.copyOf(joined);
        joined = null;
        return all;
    }

    /** Those who wait. */
    List<KeyHold> waiting() {
        return joined == null ? List.of() : List.copyOf(joined);
    }
}
