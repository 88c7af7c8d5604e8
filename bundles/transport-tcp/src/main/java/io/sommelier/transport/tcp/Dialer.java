package io.sommelier.transport.tcp;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import io.sommelier.transport.link.LinkSocket;
import io.sommelier.wire.Backoff;
import io.sommelier.wire.HostPort;
import io.sommelier.wire.NameLookup;
import java.net.InetSocketAddress;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps a channel to one member that listens: dials it, and dials it again when the channel is gone. Confined to its event loop. */
final class Dialer {
    private static final Logger LOG = LoggerFactory.getLogger(Dialer.class);

    private final HostPort member;
    private final EventLoop loop;
    private final NameLookup names;
    private final Backoff backoff;
    private final Bootstrap bootstrap;
    private boolean wasReached = true;
    private volatile boolean stopped;

    /** Dials nobody yet; the bootstrap puts a {@link LinkSocket} on each socket. */
    Dialer(HostPort member, EventLoop loop, NameLookup names, Backoff backoff, Bootstrap bootstrap) {
        this.member = member;
        this.loop = loop;
        this.names = names;
        this.backoff = backoff;
        this.bootstrap = bootstrap.clone(loop);
    }

    /** Dials no more; the channel that there is stays until it ends. On any thread. */
    void stop() {
        stopped = true;
    }

    /** Looks the name up, connects, and so on until it is stopped or the loop ends. */
    void dial() {
        if (stopped) {
            return;
        }
        names.lookUp(member.host(), member.port()).whenComplete((address, failure) -> {
            try {
                loop.execute(() -> connect(address, failure));
            } catch (RejectedExecutionException ended) {
                LOG.trace("nobody dials {} any more", member, ended);
            }
        });
    }

    private void connect(InetSocketAddress address, Throwable unknown) {
        if (unknown != null) {
            unreachable(unknown);
            return;
        }
        bootstrap.connect(address).addListener((ChannelFuture connected) -> {
            if (connected.isSuccess()) {
                Channel socket = connected.channel();
                LinkSocket link = socket.pipeline().get(LinkSocket.class);
                socket.closeFuture().addListener(closed -> gone(link));
            } else {
                unreachable(connected.cause());
            }
        });
    }

    private void unreachable(Throwable cause) {
        if (wasReached) {
            LOG.warn("member {} cannot be reached, and is dialled until it can: {}", member, cause.getMessage());
            wasReached = false;
        }
        again();
    }

    private void gone(LinkSocket link) {
        if (link != null && link.wasWelcomed()) {
            wasReached = true;
            backoff.reset();
        }
        again();
    }

    private void again() {
        if (!stopped && !loop.isShuttingDown()) {
            loop.schedule(this::dial, backoff.nextMillis(), TimeUnit.MILLISECONDS);
        }
    }
}
