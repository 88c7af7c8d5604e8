package io.sommelier.transport.tcp;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Looks names up on a thread of its own, since that may take seconds; the thread comes and goes with the need. Thread-safe. */
final class NameLookup implements AutoCloseable {
    private final ThreadPoolExecutor thread =
            new ThreadPoolExecutor(1, 1, 5, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), NameLookup::daemon);

    NameLookup() {
        thread.allowCoreThreadTimeOut(true);
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "sommelier-tcp-names");
        thread.setDaemon(true);
        thread.setContextClassLoader(NameLookup.class.getClassLoader());
        return thread;
    }

    /** Completes with the address, at once when the host is numeric; fails with {@link UnknownHostException}. */
    CompletionStage<InetSocketAddress> lookUp(String host, int port) {
        byte[] numeric = NetUtil.createByteArrayFromIpAddressString(host);
        CompletableFuture<InetSocketAddress> found = new CompletableFuture<>();
        if (numeric == null) {
            try {
                thread.execute(() -> complete(found, host, port));
            } catch (RejectedExecutionException closed) {
                found.completeExceptionally(closed);
            }
        } else {
            try {
                found.complete(new InetSocketAddress(InetAddress.getByAddress(numeric), port));
            } catch (UnknownHostException notOfALength) {
                found.completeExceptionally(notOfALength);
            }
        }
        return found;
    }

    private static void complete(CompletableFuture<InetSocketAddress> found, String host, int port) {
        try {
            found.complete(new InetSocketAddress(InetAddress.getByName(host), port));
        } catch (UnknownHostException unknown) {
            found.completeExceptionally(unknown);
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
