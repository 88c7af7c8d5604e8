package io.sommelier.connector;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.resolver.NoopAddressResolverGroup;
import io.sommelier.api.CloseReason;
import io.sommelier.api.Goodbye;
import io.sommelier.connector.Preparation.Ready;
import io.sommelier.wire.HostPort;
import io.sommelier.wire.NameLookup;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Dials controllers, one after the other, until one takes the connector in, and again when its channel has ended. Confined to the loop. */
final class Dialer implements SocketSource {
    private static final Logger LOG = LoggerFactory.getLogger(Dialer.class);

    private final EventLoop loop;
    private final DialPlan plan;
    private final Preparation preparation;
    private final Approach approach;
    private final Lifecycle lifecycle;
    private final NameLookup names = new NameLookup("sommelier-connector-names");
    private final Bootstrap bootstrap;
    private Channel dialling;
    private SocketHandler diallingEnd;
    private boolean isStopped;

    Dialer(EventLoop loop, DialPlan plan, Preparation preparation, Approach approach, Lifecycle lifecycle) {
        this.loop = loop;
        this.plan = plan;
        this.preparation = preparation;
        this.approach = approach;
        this.lifecycle = lifecycle;
        bootstrap = new Bootstrap()
                .group(loop)
                .channel(NioSocketChannel.class)
                .resolver(NoopAddressResolverGroup.INSTANCE)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) approach.limitMillis());
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
        preparation.close();
        if (dialling != null && !diallingEnd.hasSession()) {
            dialling.close();
        }
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
        ControllerAddress controller = plan.controller();
        lifecycle.seeks(controller.toString());
        preparation.begin().whenComplete((ready, failure) -> {
            if (failure == null) {
                try {
                    lookUp(controller, ready);
                } catch (RuntimeException | LinkageError defect) {
                    failed(controller, defect);
                }
            } else {
                unreachable("not ready to dial: " + textOf(failure));
            }
        });
    }

    /** Whom the socket is opened to: a proxy finds the controller itself. */
    private void lookUp(ControllerAddress controller, Ready ready) {
        if (isStopped) {
            return;
        }
        HostPort first = approach.proxy().map(ProxyServer::at).orElse(controller.at());
        names.lookUp(first.host(), first.port()).whenComplete((address, failure) -> {
            if (loop.inEventLoop()) {
                connect(controller, ready, address, failure);
                return;
            }
            try {
                loop.execute(() -> connect(controller, ready, address, failure));
            } catch (RejectedExecutionException ended) {
                LOG.trace("the connector has ended while it looked {} up", first, ended);
            }
        });
    }

    private void connect(ControllerAddress controller, Ready ready, InetSocketAddress address, Throwable unknown) {
        if (isStopped) {
            return;
        }
        if (unknown != null) {
            unreachable("cannot connect: " + textOf(unknown));
            return;
        }
        try {
            connect(controller, ready, address);
        } catch (RuntimeException | LinkageError defect) {
            failed(controller, defect);
        }
    }

    /** Such as a jar that is not there; the stage in which it happens would swallow it. */
    private void failed(ControllerAddress controller, Throwable defect) {
        LOG.error("dialling {} failed", controller, defect);
        unreachable("cannot connect: " + defect);
    }

    private void connect(ControllerAddress controller, Ready ready, InetSocketAddress address) {
        SocketHandler end = new SocketHandler(
                (socket, sink) -> lifecycle.opened(socket, sink, controller.toString(), ready.credential()));
        Threshold[] threshold = new Threshold[1];
        ChannelFuture connecting = bootstrap
                .clone()
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel socket) {
                        threshold[0] = approach.prepare(socket.pipeline(), controller, address, ready.headers())
                                .orElse(null);
                        socket.pipeline().addLast(end);
                    }
                })
                .connect(
                        approach.proxy().isEmpty()
                                ? address
                                : InetSocketAddress.createUnresolved(
                                        controller.at().host(), controller.at().port()));
        dialling = connecting.channel();
        diallingEnd = end;
        connecting.addListener((ChannelFuture connected) -> {
            if (!connected.isSuccess()) {
                unreachable("cannot connect: " + textOf(connected.cause()));
                return;
            }
            connected.channel().closeFuture().addListener(closed -> ended(end, threshold[0]));
        });
    }

    /** The socket may be closed in the midst of a read, whose end tells why. */
    private void ended(SocketHandler end, Threshold threshold) {
        if (!end.hasSession()) {
            try {
                loop.execute(() -> unreachable("cannot connect: " + faultOf(threshold)));
            } catch (RejectedExecutionException gone) {
                LOG.trace("the loop has ended with the last attempt", gone);
            }
        }
    }

    private static String faultOf(Threshold threshold) {
        return Optional.ofNullable(threshold)
                .map(Threshold::fault)
                .filter(fault -> !fault.isEmpty())
                .orElse("the socket closed at once");
    }

    private static String textOf(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause.getMessage() == null ? cause.toString() : cause.getMessage();
    }

    private void unreachable(String why) {
        if (!isStopped) {
            lifecycle.notFound(new Goodbye(CloseReason.LOST, true, why));
            dialIn(plan.failed());
        }
    }
}
