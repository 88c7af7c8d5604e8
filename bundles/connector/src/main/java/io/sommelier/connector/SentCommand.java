package io.sommelier.connector;

import io.sommelier.api.Command;
import io.sommelier.api.CommandSender;
import io.sommelier.api.ReplyListener;
import io.sommelier.wire.OutStream;
import io.sommelier.wire.serving.PendingCall;

/**
 * A command that was sent over one channel, until it ends. It is its own task on the way to the loop, and its own node in the deadline wheel. What a caller sees is
 * thread-safe; the fields below are confined to the loop, and kept by {@link SendingSide}.
 */
final class SentCommand extends PendingCall implements Runnable {
    /** Not yet written. */
    static final int WAITING = 0;
    /** Written to the link, or just being written. */
    static final int WRITTEN = 1;
    /** Ended. */
    static final int ENDED = 2;

    final long deadlineNanos;
    final int size;
    int state = WAITING;
    /** What is to be written; {@code null} from then on. */
    Command command;
    /** Where it was written. */
    OutStream stream;
    /** Whether a part has come. */
    boolean isAnswered;
    /** How many of those were DATA. */
    long dataCount;
    /** What the worker may send at first: the caller may have given more before it was written. */
    long initialCredit = CommandSender.INITIAL_CREDIT_BYTES;

    // the node of the wheel
    SentCommand wheelNext;
    SentCommand wheelPrevious;
    SentCommand dueNext;
    int wheelSlot = -1;
    long wakeNanos;

    private final SendingSide side;

    /** A call that gathers its reply; {@code side} is where it is sent, {@code null} where it fails at once. */
    SentCommand(SendingSide side, Command command, long nowNanos) {
        super(command);
        this.side = side;
        this.command = command;
        this.size = sizeOf(command);
        this.deadlineNanos = nowNanos + command.ttlNanos();
    }

    /** A call whose parts go to the listener. */
    SentCommand(SendingSide side, Command command, ReplyListener listener, long nowNanos) {
        super(command, listener);
        this.side = side;
        this.command = command;
        this.size = sizeOf(command);
        this.deadlineNanos = nowNanos + command.ttlNanos();
    }

    private static int sizeOf(Command command) {
        return command.payload().size() + command.headers().encodedSize();
    }

    /** The command has come to the loop. */
    @Override
    public void run() {
        side.arrived(this);
    }

    @Override
    protected void sendCredit(long bytes) {
        if (side != null) {
            side.credit(this, bytes);
        }
    }

    @Override
    protected void sendCancel(String reason) {
        if (side != null) {
            side.cancel(this, reason);
        }
    }
}
