package io.sommelier.wire.serving;

import io.sommelier.api.CommandHandler;
import io.sommelier.api.Invocation;
import java.util.Collections;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a thread is inside of: how deep in direct handlers that send to direct handlers, and in the ends of calls that end the commands of those who wait for them; how many hops a
 * command has that is sent there; and which handlers hold it too long. Confined to its thread.
 */
final class DirectCalls {
    private static final Logger LOG = LoggerFactory.getLogger(DirectCalls.class);

    /** How many direct handlers, and how many ends of calls, a thread may be inside of. */
    static final int MAX_DEPTH = 16;

    private static final int FALLBACK_QUEUE_CAPACITY = 16_384;
    private static final long LONG_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private static final ThreadLocal<DirectCalls> OF_THREAD = ThreadLocal.withInitial(DirectCalls::new);

    /** The handlers that were named in the log, as long as they are in use. */
    private static final Set<CommandHandler> NAMED =
            Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

    private int depth;
    private int endDepth;
    private int hops;

    private DirectCalls() {}

    static DirectCalls ofThisThread() {
        return OF_THREAD.get();
    }

    /**
     * Where goes whatever would be deeper. One for all, since direct handlers do not block; its threads end when idle, so nobody needs to close it.
     */
    static HandlerExecutor fallback() {
        return Fallback.EXECUTOR;
    }

    /** {@code false} when the thread is too deep in already. */
    boolean enter() {
        if (depth >= MAX_DEPTH) {
            return false;
        }
        depth++;
        return true;
    }

    void leave() {
        depth--;
    }

    /** The same as {@link #enter} for the end of a call. */
    boolean enterEnd() {
        if (endDepth >= MAX_DEPTH) {
            return false;
        }
        endDepth++;
        return true;
    }

    void leaveEnd() {
        endDepth--;
    }

    /** The least hops of a command that is sent from here: 0 where nobody handles a command, else one more than that command has. */
    int hops() {
        return hops;
    }

    /**
     * From now on a command that is sent from here has at least so many hops.
     *
     * @return how many it had to have before; to be set again when what is entered ends
     */
    int enterHops(int least) {
        int before = hops;
        hops = least;
        return before;
    }

    /** Names a handler in the log, once, if it held the delivering thread too long. */
    static void judge(CommandHandler handler, Invocation invocation, long heldNanos) {
        if (heldNanos > LONG_NANOS && NAMED.add(handler)) {
            LOG.warn(
                    "The direct handler {} of {} at {} held the delivering thread for {} ms, with all that its answer set off; it should run on the executor",
                    handler.getClass().getName(),
                    invocation.command().operation(),
                    invocation.command().target(),
                    TimeUnit.NANOSECONDS.toMillis(heldNanos));
        }
    }

    private static final class Fallback {
        static final HandlerExecutor EXECUTOR = new HandlerExecutor(
                "sommelier-nested", Runtime.getRuntime().availableProcessors(), FALLBACK_QUEUE_CAPACITY);
    }
}
