package io.sommelier.wire.serving;

import io.sommelier.api.CommandHandler;
import io.sommelier.api.Invocation;
import io.sommelier.api.Part;
import io.sommelier.api.Responder;

/** One command at its handler: the responder, the credit, the deadline before the start. Subclasses say where parts go. Thread-safe. */
public abstract class Execution implements Responder {
    // stub
    /**
     * Not started.
     *
     * @param executor where the handler and its continuations run; {@code null} for a direct handler, which runs on the thread that starts it
     */
    protected Execution(CommandHandler handler, Invocation invocation, long initialCredit, HandlerExecutor executor) {
        throw new UnsupportedOperationException();
    }

    /** Takes the next part on its way, in order, one call at a time, with sequence and final count set; nothing comes after a terminal or after {@link #end}. */
    protected abstract void emit(Part part);

    /** Brings the command to its handler, or fails it with MEMBER_BUSY when the executor is full. */
    public final void start() {
        throw new UnsupportedOperationException();
    }

    /** The caller takes that many more payload bytes of DATA. */
    public final void credit(long bytes) {
        throw new UnsupportedOperationException();
    }

    /** The command ended without its handler: cancelled, or its channel lost. */
    public final void end() {
        throw new UnsupportedOperationException();
    }
}
