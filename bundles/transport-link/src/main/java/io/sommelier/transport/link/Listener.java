package io.sommelier.transport.link;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.util.NetUtil;
import io.sommelier.wire.NameLookup;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The listening socket, which can move while the channels that it brought stay. Thread-safe, but {@link #listen} and {@link #move} are called one after the other's
 * completion.
 */
public final class Listener {
    private static final long FREED_MILLIS = 20;

    private final NameLookup names;
    private final Supplier<ServerBootstrap> bootstrap;
    private volatile Channel socket;
    private volatile String host = "";
    private volatile int port;
    private volatile boolean closed;

    /**
     * Listens nowhere yet.
     *
     * @param names looks hosts up
     * @param bootstrap makes the bootstrap of each listening socket, from the settings that hold then
     */
    public Listener(NameLookup names, Supplier<ServerBootstrap> bootstrap) {
        this.names = names;
        this.bootstrap = bootstrap;
    }

    /** Where it listens. Called once it does. */
    public InetSocketAddress address() {
        return (InetSocketAddress) socket.localAddress();
    }

    /** Listens there; fails with {@link IllegalStateException}, which says what to do. */
    public CompletionStage<Void> listen(String atHost, int atPort) {
        CompletableFuture<Void> listens = new CompletableFuture<>();
        names.lookUp(atHost, atPort).whenComplete((address, unknown) -> {
            if (unknown == null) {
                bootstrap.get().bind(address).addListener((ChannelFuture bound) -> {
                    if (bound.isSuccess()) {
                        took(bound.channel(), atHost, atPort).thenAccept(listens::complete);
                    } else {
                        listens.completeExceptionally(problem(atHost, atPort, bound.cause()));
                    }
                });
            } else {
                listens.completeExceptionally(problem(atHost, atPort, unknown));
            }
        });
        return listens;
    }

    /** Listens with a fresh socket from now on; completes when the one before is closed. */
    private CompletionStage<Void> took(Channel fresh, String atHost, int atPort) {
        Channel old = socket;
        socket = fresh;
        host = atHost;
        port = atPort;
        if (closed) {
            fresh.close();
        }
        return old == null ? CompletableFuture.completedStage(null) : freed(old);
    }

    /** Closes a socket; completes when its port is free. */
    private static CompletionStage<Void> freed(Channel old) {
        CompletableFuture<Void> freed = new CompletableFuture<>();
        // The JDK gives the port back in the loop's next select, which is before a task that waits for its time.
        old.close()
                .addListener(done ->
                        old.eventLoop().schedule(() -> freed.complete(null), FREED_MILLIS, TimeUnit.MILLISECONDS));
        return freed;
    }

    /** Whether a host is this machine for certain; a name other than {@code localhost} is not. */
    public static boolean isLoopback(String host) {
        byte[] numeric = NetUtil.createByteArrayFromIpAddressString(host);
        try {
            return numeric == null
                    ? host.equals("localhost")
                    : InetAddress.getByAddress(numeric).isLoopbackAddress();
        } catch (UnknownHostException notOfALength) {
            return false;
        }
    }

    private static IllegalStateException problem(String host, int port, Throwable cause) {
        return new IllegalStateException(
                "cannot listen on " + host + ":" + port + ": " + cause.getMessage()
                        + "; free the port (another program may have it), or set another host or port",
                cause);
    }

    /** Listens there instead; when that fails, it goes on where it was. */
    public CompletionStage<Void> move(String toHost, int toPort) {
        if (toHost.equals(host) && toPort == port) {
            return CompletableFuture.completedStage(null);
        }
        if (toPort != port || toPort == 0) {
            return listen(toHost, toPort);
        }
        // One port at two addresses may overlap, so the old one has to go first.
        String oldHost = host;
        int oldPort = port;
        return freed(socket)
                .thenCompose(done -> listen(toHost, toPort))
                .handle((moved, failure) -> failure == null
                        ? CompletableFuture.<Void>completedStage(null)
                        : listen(oldHost, oldPort)
                                .thenCompose(back -> CompletableFuture.<Void>failedStage(cause(failure))))
                .thenCompose(stage -> stage);
    }

    /** What failed, without the wrapping of stages. */
    public static Throwable cause(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    /** Listens no more; completes when the socket is closed. */
    public CompletionStage<Void> close() {
        closed = true;
        CompletableFuture<Void> done = new CompletableFuture<>();
        socket.close().addListener(over -> done.complete(null));
        return done;
    }
}
