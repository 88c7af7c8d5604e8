package io.sommelier.transport.link;

import io.netty.channel.ChannelPipeline;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import io.sommelier.api.CloseReason;
import io.sommelier.api.Goodbye;
import io.sommelier.wire.HostPort;
import io.sommelier.wire.TlsContext;
import java.net.SocketAddress;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLEngine;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TLS of one transport: makes the handler of each socket, and follows changed settings and changed files, on a thread of its own that is there while there is TLS. Sockets
 * that are open keep what they have. Thread-safe.
 */
public final class LinkTls implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LinkTls.class);
    /** So many handshakes at once; above it a socket is closed. */
    private static final int MAX_HANDSHAKES = 4096;

    private static final Goodbye SPEAK_TLS =
            new Goodbye(CloseReason.PROTOCOL_ERROR, true, "only TLS is spoken here, and the hello came without");

    private static final long TELL_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final ScheduledThreadPoolExecutor thread;
    private final AtomicInteger handshakes = new AtomicInteger();
    private volatile InUse inUse = new InUse(TlsSettings.OFF, null);
    private ScheduledFuture<?> looking; // on the thread
    // Under the lock.
    private long toldNanos;
    private long untold = -1; // since it was told; none was told yet

    /** What goes together. The context is {@code null} while nobody needs one. */
    private record InUse(TlsSettings settings, TlsContext context) {}

    /**
     * No TLS yet.
     *
     * @param threadName what its thread is called
     */
    public LinkTls(String threadName) {
        thread = new ScheduledThreadPoolExecutor(1, task -> {
            Thread daemon = new Thread(task, threadName);
            daemon.setDaemon(true);
            // Else it would be that of whoever asks first, and keep that bundle in memory.
            daemon.setContextClassLoader(LinkTls.class.getClassLoader());
            return daemon;
        });
        thread.setKeepAliveTime(5, TimeUnit.SECONDS);
        thread.allowCoreThreadTimeOut(true);
        thread.setRemoveOnCancelPolicy(true);
    }

    /**
     * Takes settings.
     *
     * <ul>
     *   <li>completes when new sockets get what they say
     *   <li>fails with {@link IllegalArgumentException} when the files cannot be used, saying which and why: what was in effect stays then
     * </ul>
     *
     * @param areDialled whether sockets are dialled with TLS, too
     */
    public CompletionStage<Void> use(TlsSettings changed, boolean areDialled) {
        boolean isNeeded = changed.isOn() || areDialled;
        if (!isNeeded && inUse.context == null) {
            return CompletableFuture.completedStage(null);
        }
        CompletableFuture<Void> used = new CompletableFuture<>();
        try {
            thread.execute(() -> {
                try {
                    take(changed, isNeeded);
                    used.complete(null);
                } catch (RuntimeException unusable) {
                    used.completeExceptionally(unusable);
                }
            });
        } catch (RejectedExecutionException closed) {
            used.completeExceptionally(closed);
        }
        return used;
    }

    private void take(TlsSettings changed, boolean isNeeded) {
        InUse next = new InUse(changed, isNeeded ? new TlsContext(changed.files()) : null);
        inUse = next;
        if (looking != null) {
            looking.cancel(false);
            looking = null;
        }
        if (isNeeded) {
            long millis = changed.check().toMillis();
            looking = thread.scheduleWithFixedDelay(next.context::refresh, millis, millis, TimeUnit.MILLISECONDS);
        }
    }

    /** Why changed files are not in effect; empty when they are. */
    public Optional<String> problem() {
        TlsContext now = inUse.context;
        return now == null ? Optional.empty() : now.problem();
    }

    /**
     * Puts TLS in front of a socket that is accepted and has its {@link LinkSocket} already, where there is to be any. What stands behind sees {@code channelActive} when the
     * handshake is done, and bytes that are decrypted; a peer that speaks no TLS is told so. On the loop, before the socket is active.
     */
    public void accept(ChannelPipeline pipeline) {
        accept(pipeline, () -> pipeline.get(LinkSocket.class).refuseEveryHello(SPEAK_TLS));
    }

    /**
     * As the other one, for a pipeline that begins with another protocol.
     *
     * @param inTheClear called on the loop, before {@code channelActive}, where the peer speaks no TLS: what stands behind has to refuse whatever comes, in the clear
     * @return whether there is TLS
     */
    public boolean accept(ChannelPipeline pipeline, Runnable inTheClear) {
        InUse now = inUse;
        if (now.context == null || !now.settings.isOn()) {
            return false;
        }
        SSLEngine engine = now.context.server();
        switch (now.settings.clients()) {
            case NONE -> engine.setWantClientAuth(false);
            case OPTIONAL -> engine.setWantClientAuth(true);
            case REQUIRED -> engine.setNeedClientAuth(true);
        }
        pipeline.addFirst(new TlsDoor(
                this, new SslHandler(engine), now.settings.handshakeLimit().toMillis(), inTheClear));
        return true;
    }

    /** Tells the peer of a socket, with TLS or without, that nothing more comes behind what is written; what it says is still read. On the loop. */
    public static void endOutput(DuplexChannel socket) {
        SslHandler tls = socket.pipeline().get(SslHandler.class);
        if (tls == null) {
            socket.shutdownOutput();
        } else {
            tls.closeOutbound().addListener(said -> socket.shutdownOutput());
        }
    }

    /**
     * Puts TLS in front of a socket that is dialled; the certificate there must be that of the host. On the loop, before the socket is active.
     *
     * @throws IllegalStateException when there is no TLS
     */
    public void dial(ChannelPipeline pipeline, HostPort host) {
        InUse now = inUse;
        if (now.context == null) {
            throw new IllegalStateException("there is no TLS");
        }
        SslHandler handler = new SslHandler(now.context.client(host.host(), host.port(), true));
        long limit = now.settings.handshakeLimit().toMillis();
        handler.setHandshakeTimeoutMillis(limit);
        pipeline.addFirst(handler, new TlsDoor(this, handler, limit, () -> {}));
    }

    // --- for the doors ----------------------------------------------------------------------------------------

    /** Whether there is room for one handshake more; who got {@code true} calls {@link #ended}. */
    boolean begins() {
        if (handshakes.incrementAndGet() <= MAX_HANDSHAKES) {
            return true;
        }
        handshakes.decrementAndGet();
        return false;
    }

    void ended() {
        handshakes.decrementAndGet();
    }

    /** A socket did not get through. Told once, and then at most once a minute. */
    void failed(SocketAddress peer, String why) {
        long more;
        synchronized (this) {
            long nowNanos = System.nanoTime();
            untold++;
            if (untold > 0 && nowNanos - toldNanos < TELL_NANOS) {
                return;
            }
            more = untold;
            untold = 0;
            toldNanos = nowNanos;
        }
        LOG.warn(
                "no TLS with {}: {}{}", peer, why, more == 0 ? "" : "; and with " + more + " more since the last line");
    }

    /** Looks at no file any more; sockets are left alone. */
    @Override
    public void close() {
        thread.shutdownNow();
    }
}
