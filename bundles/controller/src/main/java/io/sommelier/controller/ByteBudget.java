package io.sommelier.controller;

import io.sommelier.api.Command;
import java.util.concurrent.atomic.AtomicLong;

/** The bytes that live commands hold, by node, target and channel, each against its limit. Thread-safe. */
final class ByteBudget {
    private final AtomicLong nodeBytes = new AtomicLong();

    long heldBytes() {
        return nodeBytes.get();
    }

    /** Books the bytes of a command with node, target and channel; {@code false}, and nothing is booked, when one of them would hold too many. */
    boolean hold(Pending entry, Command command, ControllerSettings limits) {
        long bytes = Pending.ENTRY_BYTES
                + (long) command.payload().size()
                + command.headers().encodedSize();
        Session caller = entry.caller();
        TargetEntry target = entry.target();
        if (!book(nodeBytes, bytes, limits.maxHeldBytes())) {
            return false;
        }
        if (target != null && !book(target.heldBytes(), bytes, limits.maxTargetBytes())) {
            nodeBytes.addAndGet(-bytes);
            return false;
        }
        if (caller != null && !book(caller.heldBytes(), bytes, limits.maxChannelBytes())) {
            nodeBytes.addAndGet(-bytes);
            if (target != null) {
                target.heldBytes().addAndGet(-bytes);
            }
            return false;
        }
        entry.held(bytes, target);
        return true;
    }

    private static boolean book(AtomicLong held, long bytes, long limit) {
        if (held.addAndGet(bytes) <= limit) {
            return true;
        }
        held.addAndGet(-bytes);
        return false;
    }

    void letGo(Session caller, TargetEntry target, long bytes) {
        nodeBytes.addAndGet(-bytes);
        if (target != null) {
            target.heldBytes().addAndGet(-bytes);
        }
        if (caller != null) {
            caller.heldBytes().addAndGet(-bytes);
        }
    }
}
