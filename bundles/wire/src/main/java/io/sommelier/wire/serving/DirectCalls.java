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

    /**
     * Numbers of the JDK's own kind: a thread that outlives this bundle, as those that stop and start bundles do, keeps what it has here, and with an object of a class of ours all of its class loader.
     */
    private static final ThreadLocal<int[]> OF_THREAD = ThreadLocal.withInitial(() -> new int[3]);

    private static final int DEPTH = 0;
    private static final int END_DEPTH = 1;
    private static final int HOPS = 2;

    /** The handlers that were named in the log, as long as they are in use. */
    private static final Set<CommandHandler> NAMED =
            Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

    private DirectCalls() {}

    /** What the calling thread is inside of; for the methods here alone. */
    static int[] ofThisThread() {
        return OF_THREAD.get();
    }

    /**
     * Where goes whatever would be deeper. One for all, since direct handlers do not block; its threads end when idle, so nobody needs to close it.
     */
    static HandlerExecutor fallback() {
        return Fallback.EXECUTOR;
    }

    /** {@code false} when the thread is too deep in already. */
    static boolean enter(int[] thread) {
        if (thread[DEPTH] >= MAX_DEPTH) {
            return false;
        }
        thread[DEPTH]++;
        return true;
    }

    static void leave(int[] thread) {
        thread[DEPTH]--;
    }

    /** The same as {@link #enter} for the end of a call. */
    static boolean enterEnd(int[] thread) {
        if (thread[END_DEPTH] >= MAX_DEPTH) {
            return false;
        }
        thread[END_DEPTH]++;
        return true;
    }

    static void leaveEnd(int[] thread) {
        thread[END_DEPTH]--;
    }

    /** The least hops of a command that is sent from here: 0 where nobody handles a command, else one more than that command has. */
    static int hops(int[] thread) {
        return thread[HOPS];
    }

    /**
     * From now on a command that is sent from here has at least so many hops.
     *
     * @return how many it had to have before; to be set again when what is entered ends
     */
    static int enterHops(int[] thread, int least) {
        int before = thread[HOPS];
        thread[HOPS] = least;
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
