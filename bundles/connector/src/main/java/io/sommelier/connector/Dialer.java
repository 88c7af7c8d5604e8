package io.sommelier.connector;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.sommelier.api.CloseReason;
import io.sommelier.api.Goodbye;
import io.sommelier.wire.HostPort;
import io.sommelier.wire.NameLookup;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Dials controllers, one after the other, until one takes the connector in, and again when its channel has ended. Confined to the loop. */
final class Dialer implements SocketSource {
    private static final Logger LOG = LoggerFactory.getLogger(Dialer.class);

    private final EventLoop loop;
    private final DialPlan plan;
    private final Lifecycle lifecycle;
    private final NameLookup names = new NameLookup("sommelier-connector-names");
    private final Bootstrap bootstrap;
    private boolean isStopped;

    Dialer(EventLoop loop, DialPlan plan, long connectLimitMillis, Lifecycle lifecycle) {
        this.loop = loop;
        this.plan = plan;
        this.lifecycle = lifecycle;
        bootstrap = new Bootstrap()
                .group(loop)
                .channel(NioSocketChannel.class)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) connectLimitMillis);
    }

    @Override
    public void start() {
        dial();
    }

    @Override
    public void again(boolean wasActive, boolean wasStable) {
        dialIn(wasActive ? plan.lost(wasStable) : plan.failed());
    }

    @Override
    public void stop() {
        isStopped = true;
        names.close();
    }

    private void dialIn(long millis) {
        if (!isStopped) {
            loop.schedule(this::dial, millis, TimeUnit.MILLISECONDS);
        }
    }

    private void dial() {
        if (isStopped) {
            return;
        }
        HostPort controller = plan.controller();
        lifecycle.seeks(controller.toString());
        names.lookUp(controller.host(), controller.port()).whenComplete((address, failure) -> {
            if (loop.inEventLoop()) {
                connect(address, failure);
                return;
            }
            try {
                loop.execute(() -> connect(address, failure));
            } catch (RejectedExecutionException ended) {
                LOG.trace("the connector has ended while it looked {} up", controller, ended);
            }
        });
    }

    private void connect(InetSocketAddress address, Throwable unknown) {
        if (isStopped) {
            return;
        }
        if (unknown != null) {
            unreachable(unknown);
            return;
        }
        SocketHandler handler = new SocketHandler(lifecycle::opened);
        bootstrap.clone().handler(handler).connect(address).addListener((ChannelFuture connected) -> {
            if (!connected.isSuccess()) {
                unreachable(connected.cause());
                return;
            }
            Channel socket = connected.channel();
            socket.closeFuture().addListener(closed -> {
                if (!handler.hasSession()) {
                    unreachable(new ConnectException("the socket closed at once"));
                }
            });
        });
    }

    private void unreachable(Throwable cause) {
        if (!isStopped) {
            lifecycle.notFound(new Goodbye(CloseReason.LOST, true, "cannot connect: " + cause.getMessage()));
            dialIn(plan.failed());
        }
    }
}
