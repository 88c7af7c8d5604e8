package io.sommelier.controller;

import io.sommelier.api.Command;
import io.sommelier.api.CommandError;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Outcome;
import io.sommelier.api.Part;
import io.sommelier.api.Stage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The window of idempotency keys. Promise 5: of all commands with one key, of one principal, target and operation, one is dispatched; the others get its reply. Thread-safe:
 * one lock, held for a few steps, never across a call and never while bytes are digested. A command without a key never comes here.
 *
 * <p>A command that comes first runs under its key. A repetition that comes while it runs joins it. An end that shows that nothing was executed gives the key free: the first
 * that has joined runs in its place. Every other end is remembered for the window, with the reply, or the failure, where there is room for it.
 */
final class KeyWindow {
    private static final Logger LOG = LoggerFactory.getLogger(KeyWindow.class);

    /** What a part that is kept counts beside its bytes. */
    static final int PART_BYTES = 256;

    /** How many keys one command that comes may have to forget, so that none has to forget all. */
    private static final int FORGETS = 8;

    private static final int SWEEP = 1000;

    /** How a command that ran under a key, or had joined, ended. */
    enum End {
        /** Nothing of it was executed. */
        UNTRIED,
        /** The member answered. */
        ANSWERED,
        /** It may have been executed. */
        UNKNOWN,
        /** Its caller gave it up, and it may come out of its mailbox. */
        LEFT_WAITING
    }

    private enum Verdict {
        RUN,
        RUN_UNRECORDED,
        JOIN,
        REPEAT,
        CONFLICT,
        FULL,
        BACK
    }

    private final Controller controller;
    private final Map<Digest, KeyRecord> live = new HashMap<>();
    private final Map<Digest, KeyRecord> ended = new LinkedHashMap<>(); // that which ended first, first
    private final Set<KeyRecord> kept = new LinkedHashSet<>(); // those of them with a reply
    private long keptBytes; // that are being collected included

    KeyWindow(Controller controller) {
        this.controller = controller;
    }

    /** Whether the command has a key: its own, or, durable, its id. */
    static boolean concerns(Command command) {
        return !command.idempotencyKey().isEmpty() || command.durable();
    }

    /** The keys that are remembered, those of commands that have not ended included. */
    int keys() {
        synchronized (this) {
            return live.size() + ended.size();
        }
    }

    /** The keys of commands that have not ended. */
    int running() {
        synchronized (this) {
            return live.size();
        }
    }

    /** What replies that are kept, or are being collected, count. */
    long keptBytes() {
        synchronized (this) {
            return keptBytes;
        }
    }

    // ---- in ----

    /** Takes in a command that has a key, and is NEW; gives whether it is to be routed. Otherwise it has joined another, got its reply, or was refused. */
    boolean enter(Pending entry, Command command) {
        KeyRecord asked = new KeyRecord(
                Digest.ofScope(entry.principal, command), Digest.ofContent(command), command.idempotent());
        KeyHold hold = new KeyHold(asked, entry);
        Verdict verdict;
        List<Part> reply = null;
        boolean isOnDisk = false;
        synchronized (this) {
            forget(FORGETS);
            KeyRecord known = known(asked.scope);
            verdict = verdict(known, asked, entry, command);
            switch (verdict) {
                case RUN -> {
                    if (known != null) {
                        drop(known);
                    }
                    asked.owner = hold;
                    live.put(asked.scope, asked);
                    entry.runUnder(hold);
                }
                case JOIN -> {
                    KeyHold joining = new KeyHold(known, entry);
                    if (entry.join(joining)) {
                        known.join(joining);
                        known.isIdempotent &= command.idempotent();
                        isOnDisk = known.isOnDisk;
                    }
                }
                case REPEAT -> reply = known.kept;
                default -> {
                    // answered below, without the lock
                }
            }
        }
        switch (verdict) {
            case RUN -> {
                if (entry.isEnded()) { // and may have been so before it had its hold
                    ended(hold, End.UNTRIED, null);
                    return false;
                }
                return true;
            }
            case RUN_UNRECORDED -> {
                return true;
            }
            case JOIN -> {
                if (isOnDisk) {
                    entry.admittedWithAnother();
                }
            }
            case REPEAT -> repeat(entry, reply);
            case BACK -> entry.backToMailbox();
            case FULL -> full(entry);
            case CONFLICT ->
                entry.settleWith(failure(
                        ErrorCode.IDEMPOTENCY_CONFLICT,
                        Outcome.REFUSED,
                        "the idempotency key was used for another payload, content type or instance"));
        }
        return false;
    }

    private Verdict verdict(KeyRecord known, KeyRecord asked, Pending entry, Command command) {
        if (known == null) {
            boolean isFull =
                    live.size() + ended.size() >= controller.settings().keys().maxKeys();
            return !isFull ? Verdict.RUN : command.idempotent() ? Verdict.RUN_UNRECORDED : Verdict.FULL;
        }
        if (!known.content.equals(asked.content)) {
            return Verdict.CONFLICT;
        }
        if (known.owner != null) {
            // What comes out of a mailbox is bounded by the room that members have, and one that joins takes none.
            return entry.isFromMailbox() && entry.heldBytes() == 0 ? Verdict.BACK : Verdict.JOIN;
        }
        boolean isStillToRun = entry.isFromMailbox() && entry.id.equals(known.stillWaiting);
        boolean mayRunAgain = known.isIdempotent && command.idempotent() && !(known.isAnswer && known.kept != null);
        return isStillToRun || mayRunAgain ? Verdict.RUN : Verdict.REPEAT;
    }

    private void full(Pending entry) {
        if (entry.isFromMailbox()) {
            entry.backToMailbox();
        } else {
            entry.settleWith(failure(
                    ErrorCode.OVERLOADED,
                    Outcome.NOT_SENT,
                    "as many idempotency keys are remembered as may be, and none may be forgotten yet"));
        }
    }

    private static Part failure(ErrorCode code, Outcome outcome, String message) {
        return Part.failed(CommandError.of(code, outcome, Stage.ROUTING, message))
                .build();
    }

    private void repeat(Pending entry, List<Part> reply) {
        if (reply != null) {
            entry.replay(reply);
        } else {
            entry.settleWith(
                    failure(
                            ErrorCode.REPLY_NOT_KEPT,
                            Outcome.UNKNOWN,
                            "a command with this idempotency key was executed, and its reply was too large to be kept, or had to make room"));
        }
    }

    /**
     * Remembers a command that came out of its mailbox once more, and may have been executed by who had it before: no repetition is dispatched.
     *
     * @return {@code false} when there is no room for its key
     */
    boolean remember(String principal, Command command) {
        Part failure = failure(
                ErrorCode.REPLY_NOT_KEPT,
                Outcome.UNKNOWN,
                "a command with this idempotency key may have been executed by one who went away without a word");
        KeyRecord lost = new KeyRecord(Digest.ofScope(principal, command), Digest.ofContent(command), false);
        synchronized (this) {
            forget(FORGETS);
            if (known(lost.scope) != null) {
                return true; // whatever is known of it is known better
            }
            if (live.size() + ended.size() >= controller.settings().keys().maxKeys()) {
                return false;
            }
            long bytes = sizeOf(failure);
            boolean isKept = makeRoom(bytes);
            if (isKept) {
                keptBytes += bytes;
            }
            end(lost, isKept ? List.of(failure) : null, bytes, false);
            return true;
        }
    }

    /** What a repetition is told of a command that ended in the middle; that its own time was spent, or its caller gave it up, is not true of the repetition. */
    private static Part withoutReply(Part terminal) {
        return failure(
                ErrorCode.REPLY_NOT_KEPT,
                Outcome.UNKNOWN,
                "a command with this idempotency key may have been executed, and ended without a reply: "
                        + terminal.error().map(CommandError::toString).orElse(""));
    }

    // ---- while it runs ----

    /** Keeps a part of a reply that goes on. */
    void collect(KeyHold hold, Part part) {
        synchronized (this) {
            if (hold.record.owner == hold && hold.parts != null) {
                add(hold, part);
            }
        }
    }

    /** The command is in its mailbox, and on disk if it is durable. */
    void admitted(KeyHold hold, boolean isOnDisk) {
        List<KeyHold> joined;
        synchronized (this) {
            if (hold.record.owner != hold || !isOnDisk) {
                return;
            }
            hold.record.isOnDisk = true;
            joined = hold.record.waiting();
        }
        joined.forEach(waiting -> waiting.entry.admittedWithAnother());
    }

    private void add(KeyHold hold, Part part) {
        long bytes = sizeOf(part);
        if (hold.bytes + bytes > controller.settings().keys().maxKeptReplyBytes() || !makeRoom(bytes)) {
            keptBytes -= hold.bytes;
            hold.bytes = 0;
            hold.parts = null;
            return;
        }
        keptBytes += bytes;
        hold.bytes += bytes;
        hold.parts.add(part);
    }

    private boolean makeRoom(long bytes) {
        long limit = controller.settings().keys().maxKeptBytes();
        Iterator<KeyRecord> oldest = kept.iterator();
        while (keptBytes + bytes > limit && oldest.hasNext()) {
            KeyRecord record = oldest.next();
            oldest.remove();
            keptBytes -= record.keptBytes;
            record.kept = null;
        }
        return keptBytes + bytes <= limit;
    }

    private static long sizeOf(Part part) {
        return PART_BYTES
                + (long) part.payload().size()
                + part.headers().encodedSize()
                + part.contentType().length()
                + part.error().map(error -> error.message().length()).orElse(0);
    }

    // ---- out ----

    /**
     * A command that ran under a key, or had joined, has ended; called once or more for each, and only the first call counts.
     *
     * @param terminal how; {@code null}, if there was none, with {@link End#UNTRIED}
     */
    void ended(KeyHold hold, End end, Part terminal) {
        KeyRecord record = hold.record;
        Part last = end == End.UNKNOWN || end == End.LEFT_WAITING ? withoutReply(terminal) : terminal;
        List<KeyHold> joined = List.of();
        List<Part> reply = null;
        boolean passes = false;
        synchronized (this) {
            if (record.owner != hold) {
                record.leave(hold);
                return;
            }
            if (end != End.ANSWERED) {
                keptBytes -= hold.bytes; // parts without their end are no reply
                hold.bytes = 0;
                hold.parts = new ArrayList<>(1);
            }
            if (end != End.UNTRIED && hold.parts != null) {
                add(hold, last);
            }
            boolean isKeptAnswer = end == End.ANSWERED && hold.parts != null;
            KeyHold next = end == End.UNTRIED || record.isIdempotent && !isKeptAnswer ? record.takeFirst() : null;
            if (next != null) {
                keptBytes -= hold.bytes;
                record.owner = next;
                record.isOnDisk = false;
                record.isPassedAgain = record.isPassing;
                passes = !record.isPassing;
                record.isPassing = true;
            } else {
                live.remove(record.scope);
                record.owner = null;
                if (end != End.UNTRIED) {
                    reply = hold.parts == null ? null : List.copyOf(hold.parts);
                    record.stillWaiting = end == End.LEFT_WAITING ? hold.entry.id : null;
                    end(record, reply, hold.bytes, isKeptAnswer);
                    joined = record.takeAll();
                }
            }
        }
        if (passes) {
            pass(record);
        }
        for (KeyHold waiting : joined) {
            try {
                repeat(waiting.entry, reply);
            } catch (RuntimeException defect) {
                complain(waiting, defect);
            }
        }
    }

    /** Lets the owner run, and the one after it if that ends at once, and so on; one after the other, so that a thousand that have joined need no deeper stack than one. */
    private void pass(KeyRecord record) {
        KeyHold next;
        synchronized (this) {
            next = record.owner;
        }
        while (next != null) {
            try {
                next.entry.goOn();
            } catch (RuntimeException defect) {
                complain(next, defect);
            }
            synchronized (this) {
                next = record.isPassedAgain ? record.owner : null;
                record.isPassing = record.isPassedAgain;
                record.isPassedAgain = false;
            }
        }
    }

    private static void complain(KeyHold of, RuntimeException defect) {
        LOG.error(
                "{} could not go on after the one with its idempotency key; this is a defect, please report it",
                of.entry,
                defect);
    }

    private void end(KeyRecord record, List<Part> reply, long bytes, boolean isAnswer) {
        record.endedNanos = controller.nanos();
        record.isAnswer = isAnswer;
        record.kept = reply;
        record.keptBytes = bytes;
        ended.put(record.scope, record);
        if (reply != null) {
            kept.add(record);
        }
    }

    // ---- forgetting ----

    /** What is known of a key, or {@code null}. */
    private KeyRecord known(Digest scope) {
        KeyRecord running = live.get(scope);
        if (running != null) {
            return running;
        }
        KeyRecord past = ended.get(scope);
        if (past != null && isOver(past)) {
            drop(past);
            return null;
        }
        return past;
    }

    private boolean isOver(KeyRecord record) {
        return controller.nanos() - record.endedNanos
                >= controller.settings().keys().window().toNanos();
    }

    private void drop(KeyRecord record) {
        ended.remove(record.scope);
        if (kept.remove(record)) {
            keptBytes -= record.keptBytes;
        }
    }

    /** Forgets keys whose time is over, so many at most; gives how many it forgot. */
    private int forget(int most) {
        int forgotten = 0;
        while (forgotten < most && !ended.isEmpty()) {
            KeyRecord oldest = ended.values().iterator().next();
            if (!isOver(oldest)) {
                break;
            }
            drop(oldest);
            forgotten++;
        }
        return forgotten;
    }

    /** Forgets all keys whose time is over. */
    void sweep() {
        int forgotten;
        do {
            synchronized (this) {
                forgotten = forget(SWEEP);
            }
        } while (forgotten == SWEEP);
    }
}
