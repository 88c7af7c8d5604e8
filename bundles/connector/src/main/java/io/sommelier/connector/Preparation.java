package io.sommelier.connector;

import io.netty.channel.EventLoop;
import io.sommelier.api.Credential;
import io.sommelier.wire.TlsContext;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;

/**
 * Gets ready what each attempt needs and may block: files of TLS that changed, the credential, headers. On a thread of its own, that comes and goes with the need, within a
 * limit. Confined to the loop, but {@link #close}.
 */
final class Preparation {
    /**
     * What an attempt goes with. Immutable.
     *
     * @param credential what the hello shows
     * @param headers of the handshake of a WebSocket
     */
    record Ready(Credential credential, Map<String, String> headers) {}

    private static final Pattern HEADER_NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");

    private final EventLoop loop;
    private final Optional<TlsContext> tls;
    private final Callable<Credential> credentials;
    private final Callable<Map<String, String>> headers;
    private final boolean mayBlock;
    private final long limitMillis;
    private final ThreadPoolExecutor thread;

    /** @param mayBlock whether anything of it has to be asked on the thread; else it is ready at once */
    Preparation(
            EventLoop loop,
            String threadName,
            Optional<TlsContext> tls,
            Callable<Credential> credentials,
            Callable<Map<String, String>> headers,
            boolean mayBlock,
            long limitMillis) {
        this.loop = loop;
        this.tls = tls;
        this.credentials = credentials;
        this.headers = headers;
        this.mayBlock = mayBlock;
        this.limitMillis = limitMillis;
        thread = new ThreadPoolExecutor(1, 1, 5, TimeUnit.SECONDS, new LinkedBlockingQueue<>(16), task -> {
            Thread daemon = new Thread(task, threadName);
            daemon.setDaemon(true);
            // Else it would be that of whoever opens the connector, and keep that bundle in memory.
            daemon.setContextClassLoader(Preparation.class.getClassLoader());
            return daemon;
        });
        thread.allowCoreThreadTimeOut(true);
    }

    /** TLS of sockets that are to have it. */
    Optional<TlsContext> tls() {
        return tls;
    }

    /** Completes on the loop, when all is ready, or with what went wrong. */
    CompletionStage<Ready> begin() {
        CompletableFuture<Ready> ready = new CompletableFuture<>();
        if (!mayBlock) {
            complete(ready);
            return ready;
        }
        CompletableFuture<Ready> asked = new CompletableFuture<>();
        Future<?> asking;
        try {
            asking = thread.submit(() -> complete(asked));
        } catch (RejectedExecutionException stuck) {
            ready.completeExceptionally(
                    new IllegalStateException("the credentials of earlier attempts have not come yet"));
            return ready;
        }
        var limit = loop.schedule(
                () -> {
                    if (asked.completeExceptionally(
                            new TimeoutException("the credentials did not come within " + limitMillis + " ms"))) {
                        asking.cancel(true);
                    }
                },
                limitMillis,
                TimeUnit.MILLISECONDS);
        asked.whenComplete((result, failure) -> {
            limit.cancel(false);
            try {
                loop.execute(() -> pass(ready, result, failure));
            } catch (RejectedExecutionException ended) {
                pass(ready, result, failure); // to nobody
            }
        });
        return ready;
    }

    private static void pass(CompletableFuture<Ready> to, Ready result, Throwable failure) {
        if (failure == null) {
            to.complete(result);
        } else {
            to.completeExceptionally(failure);
        }
    }

    private void complete(CompletableFuture<Ready> ready) {
        try {
            tls.ifPresent(TlsContext::reload);
            Credential credential = credentials.call();
            if (credential == null) {
                throw new IllegalStateException("the credentials gave null");
            }
            ready.complete(new Ready(credential, checked(headers.call())));
        } catch (Exception | LinkageError foreign) { // of whoever gives the credentials
            ready.completeExceptionally(foreign);
        }
    }

    private static Map<String, String> checked(Map<String, String> given) {
        Map<String, String> checked = new LinkedHashMap<>();
        given.forEach((name, value) -> {
            if (!HEADER_NAME.matcher(name).matches() || value.chars().anyMatch(c -> c < ' ' && c != '\t' || c == 127)) {
                throw new IllegalArgumentException("the header " + name.replaceAll("[^!-~]", "?")
                        + " is not allowed: its name is no token, or its value has control characters");
            }
            checked.put(name, value);
        });
        return checked;
    }

    /** Asks nobody any more. Any thread. */
    void close() {
        thread.shutdownNow();
    }
}
