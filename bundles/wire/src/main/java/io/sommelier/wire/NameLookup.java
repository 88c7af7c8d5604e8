package io.sommelier.wire;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** Looks names up on a thread of its own, since that may take seconds; the thread comes and goes with the need. Thread-safe. */
public final class NameLookup implements AutoCloseable {
    private static final String BYTE = "(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])";
    private static final Pattern FOUR_NUMBERS = Pattern.compile(BYTE + "(\\." + BYTE + "){3}");

    private final ThreadPoolExecutor thread;

    /**
     * Looks nothing up yet.
     *
     * @param threadName what its thread is called
     */
    public NameLookup(String threadName) {
        thread = new ThreadPoolExecutor(
                1, 1, 5, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> daemon(task, threadName));
        thread.allowCoreThreadTimeOut(true);
    }

    private static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        // Else it would be that of whoever asks first, and keep that bundle in memory.
        thread.setContextClassLoader(NameLookup.class.getClassLoader());
        return thread;
    }

    /**
     * Looks a host up.
     *
     * <ul>
     *   <li>completes with the address: at once when the host is an address in numbers, else on the thread of the look-up
     *   <li>fails with {@link UnknownHostException} when nobody knows it, with {@link RejectedExecutionException} when this is closed
     * </ul>
     */
    public CompletionStage<InetSocketAddress> lookUp(String host, int port) {
        CompletableFuture<InetSocketAddress> found = new CompletableFuture<>();
        if (isInNumbers(host)) {
            complete(found, host, port);
            return found;
        }
        try {
            thread.execute(() -> complete(found, host, port));
        } catch (RejectedExecutionException closed) {
            found.completeExceptionally(closed);
        }
        return found;
    }

    /** Whether nobody has to be asked for it: no name has a colon. */
    private static boolean isInNumbers(String host) {
        return host.indexOf(':') >= 0 || FOUR_NUMBERS.matcher(host).matches();
    }

    private static void complete(CompletableFuture<InetSocketAddress> found, String host, int port) {
        try {
            found.complete(new InetSocketAddress(InetAddress.getByName(host), port));
        } catch (UnknownHostException unknown) {
            found.completeExceptionally(unknown);
        }
    }

    /** Looks nothing up any more; what is being looked up may never complete. */
    @Override
    public void close() {
        thread.shutdownNow();
    }
}
