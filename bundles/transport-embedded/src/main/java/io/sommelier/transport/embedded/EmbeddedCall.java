package io.sommelier.transport.embedded;

import io.sommelier.api.Command;
import io.sommelier.api.CommandError;
import io.sommelier.api.CommandSender;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Outcome;
import io.sommelier.api.Part;
import io.sommelier.api.ReplyListener;
import io.sommelier.api.Stage;
import io.sommelier.spi.Incoming;
import io.sommelier.spi.Peer;
import io.sommelier.spi.ReplyPath;
import io.sommelier.wire.serving.PendingCall;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** A command that a connector in this JVM sent. Thread-safe. */
final class EmbeddedCall extends PendingCall {
    /** In place of the hold when the call has ended: what the controller kept for it is let go. */
    private static final Object ENDED = new Object();

    private static final VarHandle HOLD;

    static {
        try {
            HOLD = MethodHandles.lookup().findVarHandle(EmbeddedCall.class, "hold", Object.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** What the caller said before the controller had given its {@link Incoming}: while {@link Peer#command} still runs. */
    private record Early(long creditBytes, String cancelReason, String goneReason) {
        static final Early NOTHING = new Early(0, null, null);
    }

    @SuppressWarnings("unused") // through HOLD
    private volatile Object hold;

    private EmbeddedCall(Command command) {
        super(command);
    }

    private EmbeddedCall(Command command, ReplyListener listener) {
        super(command, listener);
    }

    static EmbeddedCall send(Connector from, Command command) {
        Command sent = counted(command);
        return new EmbeddedCall(sent).sent(from, sent);
    }

    static EmbeddedCall send(Connector from, Command command, ReplyListener listener) {
        Command sent = counted(command);
        return new EmbeddedCall(sent, listener).sent(from, sent);
    }

    private EmbeddedCall sent(Connector from, Command command) {
        EmbeddedChannel channel = from.channel();
        Peer peer = channel == null ? null : channel.peer();
        if (peer == null || !channel.begin(this)) {
            boolean isDraining = channel != null && channel.isDraining();
            part(Part.failed(new CommandError(
                            isDraining ? ErrorCode.DRAINING : ErrorCode.CONTROLLER_GONE,
                            Outcome.NOT_SENT,
                            true,
                            Stage.SEND_QUEUE,
                            from
                                    + (isDraining
                                            ? " drains its channel, and sends nothing new"
                                            : " has no controller now")))
                    .build());
            return this;
        }
        Way way = new Way(this, channel);
        Incoming incoming = peer.command(command, CommandSender.INITIAL_CREDIT_BYTES, way);
        while (true) {
            Object before = hold;
            if (before == ENDED) {
                return this;
            }
            if (HOLD.compareAndSet(this, before, incoming)) {
                if (before instanceof Early early) {
                    pass(early, incoming, way);
                }
                return this;
            }
        }
    }

    private static void pass(Early early, Incoming incoming, Way way) {
        if (early.creditBytes > 0) {
            incoming.credit(early.creditBytes);
        }
        if (early.cancelReason != null) {
            incoming.cancel(early.cancelReason);
        }
        if (early.goneReason != null) {
            way.leave(incoming, early.goneReason);
        }
    }

    /** That of the id: an identity hash costs a call into the virtual machine, for each command. */
    @Override
    public int hashCode() {
        return id().hashCode();
    }

    @Override
    protected void sendCredit(long bytes) {
        while (true) {
            Object now = hold;
            if (now instanceof Incoming incoming) {
                incoming.credit(bytes);
                return;
            }
            if (now == ENDED) {
                return;
            }
            Early before = now instanceof Early early ? early : Early.NOTHING;
            long sum = before.creditBytes + bytes;
            Early after = new Early(sum < 0 ? Long.MAX_VALUE : sum, before.cancelReason, before.goneReason);
            if (HOLD.compareAndSet(this, now, after)) {
                return;
            }
        }
    }

    @Override
    protected void sendCancel(String reason) {
        while (true) {
            Object now = hold;
            if (now instanceof Incoming incoming) {
                incoming.cancel(reason);
                return;
            }
            if (now == ENDED) {
                return;
            }
            Early before = now instanceof Early early ? early : Early.NOTHING;
            if (HOLD.compareAndSet(this, now, new Early(before.creditBytes, reason, before.goneReason))) {
                return;
            }
        }
    }

    /** The channel is closed: the controller says what becomes of the command, and the call ends here, if it has not by that. */
    void channelClosed(EmbeddedChannel channel, String reason) {
        while (true) {
            Object now = hold;
            if (now instanceof Incoming incoming) {
                new Way(this, channel).leave(incoming, reason);
                return;
            }
            if (now == ENDED) {
                return;
            }
            Early before = now instanceof Early early ? early : Early.NOTHING;
            if (HOLD.compareAndSet(this, now, new Early(before.creditBytes, before.cancelReason, reason))) {
                return;
            }
        }
    }

    /** The way of the reply; apart from the call, which its user sees. */
    private record Way(EmbeddedCall call, EmbeddedChannel channel) implements ReplyPath {
        @Override
        public void admitted() {
            call.confirmAdmitted();
        }

        void leave(Incoming incoming, String reason) {
            incoming.callerGone(reason);
            part(Part.failed(CommandError.of(
                            ErrorCode.CONTROLLER_GONE,
                            Outcome.UNKNOWN,
                            Stage.REPLY_WAIT,
                            reason + ", before the reply"))
                    .build());
        }

        @Override
        public void part(Part part) {
            if (!part.status().isTerminal()) {
                call.part(part);
            } else if (HOLD.getAndSet(call, ENDED) != ENDED) {
                channel.ended(call);
                call.part(part);
            }
        }
    }
}
