package io.sommelier.transport.link;

import io.netty.channel.Channel;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.NetUtil;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.EventExecutorGroup;
import io.sommelier.api.CloseReason;
import io.sommelier.api.Goodbye;
import io.sommelier.spi.ChannelAcceptor;
import io.sommelier.wire.LinkSettings;
import io.sommelier.wire.LinkSink;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * All sockets of a transport, at the controller's end: makes a channel over each, within the bound; tells their links the time; says goodbye on all. Thread-safe. It opens no
 * socket and ends no event loop: that is its owner's.
 */
public final class LinkSockets {
    private static final long LONGEST_TICK_MILLIS = 250;
    /** How long a goodbye may take to get out when there is no more time to drain. */
    private static final long GOODBYE_MILLIS = 1000;
    /** So many sockets above the bound are still told why they are refused; those above that are just closed. */
    private static final int TOLD = 64;

    private static final int WHOLE_FRAME_BYTES = 16 << 20;
    private static final int WHOLE_MESSAGE_BYTES = 15 << 20;

    private final String transport;
    private final ChannelAcceptor acceptor;
    private final EventExecutorGroup group;
    private final Map<EventExecutor, LoopSockets> loops = new IdentityHashMap<>();
    private final AtomicInteger open = new AtomicInteger();
    private final CompletableFuture<Void> allClosed = new CompletableFuture<>();
    private volatile LinkBounds bounds;
    private volatile boolean closing;
    private List<ScheduledFuture<?>> ticks = List.of(); // under the lock

    /**
     * No sockets yet; ticks from now on.
     *
     * @param transport the name of the transport
     * @param group the event loops of all sockets
     * @param acceptor whom connectors say hello to
     */
    public LinkSockets(String transport, EventExecutorGroup group, ChannelAcceptor acceptor, LinkBounds bounds) {
        this.transport = transport;
        this.acceptor = acceptor;
        this.group = group;
        group.forEach(loop -> loops.put(loop, new LoopSockets()));
        bounds(bounds);
    }

    /** Swaps the bounds; they hold for channels that come from now on. */
    public synchronized void bounds(LinkBounds changed) {
        bounds = changed;
        if (closing) {
            return;
        }
        stopTicks();
        long millis = tickMillis(changed);
        ticks = loops.entrySet().stream()
                .<ScheduledFuture<?>>map(loop ->
                        loop.getKey().scheduleAtFixedRate(loop.getValue()::tick, millis, millis, TimeUnit.MILLISECONDS))
                .toList();
    }

    private static long tickMillis(LinkBounds bounds) {
        long shorter = Math.min(
                bounds.link().heartbeat().toMillis(), bounds.link().helloLimit().toMillis());
        return Math.max(1, Math.min(LONGEST_TICK_MILLIS, shorter / 5));
    }

    private synchronized void stopTicks() {
        ticks.forEach(tick -> tick.cancel(false));
    }

    /** The handler for a socket that can be closed in one direction, as those of TCP. */
    public LinkSocket newSocket() {
        return newSocket((channel, goodbye) -> LinkTls.endOutput((DuplexChannel) channel));
    }

    /**
     * The handler for a socket.
     *
     * @param endOfOutput tells the peer that nothing more comes and why, once all is written; the peer then closes, or the socket is closed after 2 s
     */
    public LinkSocket newSocket(BiConsumer<Channel, Goodbye> endOfOutput) {
        return new LinkSocket(this, endOfOutput);
    }

    /** The socket is open; gives its channel, or {@code null} when the socket is to be closed at once. On its loop. */
    LinkChannel opened(LinkSocket socket, Channel channel, LinkSink sink) {
        LinkBounds now = bounds;
        int count = open.incrementAndGet();
        if (closing || count > now.maxChannels() + TOLD) {
            closedOne();
            return null;
        }
        loops.get(channel.eventLoop()).add(socket);
        return new LinkChannel(
                transport,
                textOf(channel.remoteAddress()),
                acceptorFor(socket, channel, count > now.maxChannels(), now.maxChannels()),
                channel.eventLoop(),
                sink,
                channel.alloc(),
                socket.hasWholeMessages() ? whole(now.link()) : now.link(),
                now.sendQueueCapacity());
    }

    private static LinkSettings whole(LinkSettings link) {
        return new LinkSettings(
                WHOLE_FRAME_BYTES,
                Math.min(link.maxMessageBytes(), WHOLE_MESSAGE_BYTES),
                link.maxHeaderBytes(),
                link.maxStreams(),
                link.maxAssemblyBytes(),
                link.helloLimit(),
                link.heartbeat());
    }

    private ChannelAcceptor acceptorFor(LinkSocket socket, Channel channel, boolean isFull, int maxChannels) {
        if (socket.refusal() != null) {
            return new Refusing(acceptor.controllerId(), socket.refusal());
        }
        return isFull
                ? new Refusing(
                        acceptor.controllerId(),
                        new Goodbye(
                                CloseReason.OVERLOADED,
                                true,
                                "there are " + maxChannels + " channels, and no more are allowed"))
                : ByCertificate.of(acceptor, channel);
    }

    private static String textOf(SocketAddress address) {
        return address instanceof InetSocketAddress inet
                ? NetUtil.toSocketAddressString(inet)
                : String.valueOf(address);
    }

    /** The socket is gone; not called where {@code opened} gave no channel. On its loop. */
    void closed(LinkSocket socket, Channel channel) {
        loops.get(channel.eventLoop()).remove(socket);
        closedOne();
    }

    private void closedOne() {
        if (open.decrementAndGet() == 0 && closing) {
            allAreClosed();
        }
    }

    private void allAreClosed() {
        stopTicks();
        allClosed.complete(null);
    }

    /**
     * Takes no more commands on any channel, says goodbye on each as soon as nothing is under way there, and makes no more channels; called when no more sockets are let in.
     *
     * @param limit after it goodbye is said everywhere, whatever is under way; a second later the sockets are closed, whatever is still to be written
     * @return completes when all sockets are closed
     */
    public CompletionStage<Void> close(Goodbye goodbye, Duration limit) {
        closing = true;
        onEachLoop(its -> its.leave(goodbye));
        if (open.get() == 0) {
            allAreClosed();
        } else {
            long millis = limit.toMillis();
            group.schedule(() -> onEachLoop(its -> its.sayGoodbye(goodbye)), millis, TimeUnit.MILLISECONDS);
            group.schedule(() -> onEachLoop(LoopSockets::closeNow), millis + GOODBYE_MILLIS, TimeUnit.MILLISECONDS);
        }
        return allClosed.copy();
    }

    private void onEachLoop(Consumer<LoopSockets> task) {
        loops.forEach((loop, its) -> loop.execute(() -> task.accept(its)));
    }
}
