package io.sommelier.gateway.http.internal.command;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The commands of early answers: those under way, and for a time those that ended. It is bounded in number and bytes. When it is full, replies that were fetched make room, the first fetched first; one that is under
 * way, or was not fetched, is never given up before its time: then no more commands are taken. Thread-safe.
 */
final class KeptReplies {
    private final Supplier<CommandLimits> limits;
    private final Times times;
    private final Consumer<KeptReply> dropped;

    // Each command is in one of these. Under the lock, which is never held across a call.
    private final Set<KeptReply> live = new HashSet<>();
    private final Set<KeptReply> unread = new LinkedHashSet<>();
    private final Set<KeptReply> fetched = new LinkedHashSet<>();
    private long heldBytes;

    /** @param dropped is told of each command that is not kept any more */
    KeptReplies(Supplier<CommandLimits> limits, Times times, Consumer<KeptReply> dropped) {
        this.limits = limits;
        this.times = times;
        this.dropped = dropped;
    }

    CommandLimits limits() {
        return limits.get();
    }

    Times times() {
        return times;
    }

    /** Takes a command in, before it is sent; {@code false} when there is no room. */
    boolean admit(KeptReply command) {
        CommandLimits most = limits.get();
        var gone = new ArrayList<KeptReply>();
        boolean isIn;
        synchronized (this) {
            makeRoom(KeptReply.ENTRY_BYTES, 1, most, gone);
            isIn = count() < most.maxResults() && heldBytes + KeptReply.ENTRY_BYTES <= most.maxResultsBytes();
            if (isIn) {
                live.add(command);
                heldBytes += KeptReply.ENTRY_BYTES;
            }
        }
        gone.forEach(dropped);
        return isIn;
    }

    /** Counts bytes of a reply; {@code false}, and nothing is counted, when there is no room. */
    boolean hold(long bytes) {
        CommandLimits most = limits.get();
        var gone = new ArrayList<KeptReply>();
        boolean isHeld;
        synchronized (this) {
            makeRoom(bytes, 0, most, gone);
            isHeld = heldBytes + bytes <= most.maxResultsBytes();
            heldBytes += isHeld ? bytes : 0;
        }
        gone.forEach(dropped);
        return isHeld;
    }

    private void makeRoom(long bytes, int commands, CommandLimits most, List<KeptReply> gone) {
        Iterator<KeptReply> oldest = fetched.iterator();
        while (oldest.hasNext()
                && (count() + commands > most.maxResults() || heldBytes + bytes > most.maxResultsBytes())) {
            KeptReply one = oldest.next();
            oldest.remove();
            heldBytes -= one.heldBytes();
            gone.add(one);
        }
    }

    private int count() {
        return live.size() + unread.size() + fetched.size();
    }

    /** Does not count those bytes any more. */
    synchronized void letGo(long bytes) {
        heldBytes -= bytes;
    }

    /** The command has ended; its reply is kept. */
    synchronized void ended(KeptReply command) {
        if (live.remove(command)) {
            unread.add(command);
        }
    }

    /** Somebody has the reply. */
    synchronized void fetched(KeptReply command) {
        if (unread.remove(command)) {
            fetched.add(command);
        }
    }

    /** Keeps the command no longer. */
    void drop(KeptReply command) {
        boolean wasKept;
        synchronized (this) {
            if (live.remove(command)) {
                heldBytes -= KeptReply.ENTRY_BYTES;
                wasKept = true;
            } else {
                wasKept = unread.remove(command) || fetched.remove(command);
                heldBytes -= wasKept ? command.heldBytes() : 0;
            }
        }
        if (wasKept) {
            dropped.accept(command);
        }
    }

    /** Drops those whose time is over. */
    void sweep() {
        long now = times.nanos();
        long retention = limits.get().retention().toNanos();
        var gone = new ArrayList<KeptReply>();
        synchronized (this) {
            for (Iterator<KeptReply> it = unread.iterator(); it.hasNext(); ) {
                KeptReply one = it.next();
                if (now - one.endedNanos() < retention) {
                    break; // those behind it ended later
                }
                it.remove();
                gone.add(one);
            }
            fetched.removeIf(one -> now - one.endedNanos() >= retention && gone.add(one));
            gone.forEach(one -> heldBytes -= one.heldBytes());
        }
        gone.forEach(dropped);
    }

    /** How many there are. */
    synchronized int size() {
        return count();
    }

    /** What they hold. */
    synchronized long heldBytes() {
        return heldBytes;
    }
}
