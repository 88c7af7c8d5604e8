package io.sommelier.wire;

import io.netty.buffer.ByteBuf;
import io.sommelier.api.CloseReason;
import io.sommelier.api.Goodbye;
import java.util.ArrayDeque;
import java.util.Set;

/** What comes in: bytes, frames, and who each frame is for. Confined to the link's thread. */
final class Inbound {
    private final LinkParts link;
    private final Handshake handshake;
    private final SentCommands sent;
    private final TakenCommands taken;
    private final ControlFrames control = new ControlFrames();
    private final ArrayDeque<ByteBuf> receivedMeanwhile = new ArrayDeque<>();
    private boolean receiving;

    Inbound(LinkParts link, Handshake handshake, SentCommands sent, TakenCommands taken) {
        this.link = link;
        this.handshake = handshake;
        this.sent = sent;
        this.taken = taken;
    }

    void receive(ByteBuf bytes) {
        if (receiving) { // from inside a callback: these bytes come behind those being read
            receivedMeanwhile.add(bytes.readRetainedSlice(bytes.readableBytes()));
            return;
        }
        receiving = true;
        boolean sound = false;
        try {
            read(bytes);
            while (!receivedMeanwhile.isEmpty()) {
                ByteBuf more = receivedMeanwhile.poll();
                try {
                    read(more);
                } finally {
                    more.release();
                }
            }
            sound = true;
        } finally {
            receiving = false;
            if (!sound) { // the handler threw: what is left of the bytes is lost, so the link is
                while (!receivedMeanwhile.isEmpty()) {
                    receivedMeanwhile.poll().release();
                }
                link.close(new Goodbye(CloseReason.OTHER, true, "internal error"));
            }
        }
    }

    private void read(ByteBuf bytes) {
        if (link.state != LinkState.CLOSED && bytes.isReadable()) {
            link.heartbeat.heard(link.nanoClock.getAsLong());
        }
        try {
            while (link.state != LinkState.CLOSED && link.frames.next(bytes)) {
                dispatch(link.frame);
                link.writer.spill();
                link.closeIfNothingIsRead();
            }
        } catch (ProtocolViolationException e) {
            // Who does not even speak the protocol need not come back.
            boolean comeBack = link.connector || link.state == LinkState.ACTIVE;
            link.close(new Goodbye(CloseReason.PROTOCOL_ERROR, comeBack, e.getMessage()));
        }
        bytes.skipBytes(bytes.readableBytes());
    }

    private void dispatch(Frame frame) {
        int type = frame.type();
        if (type >= Frames.FIRST_IGNORABLE) {
            return;
        }
        if (type >= Frames.COMMAND) {
            demandActive(type);
            dispatchStream(frame, type);
        } else if (frame.stream() == 0) {
            dispatchControl(frame, type);
        } else {
            throw new ProtocolViolationException("a frame of type " + type + " has a stream");
        }
    }

    private void dispatchControl(Frame frame, int type) {
        switch (type) {
            case Frames.HELLO -> handshake.receiveHello(frame);
            case Frames.WELCOME -> handshake.receiveWelcome(frame);
            case Frames.REFUSED -> {
                link.demandAwaitingAnswer(type);
                link.closedByPeer(ControlFrames.readGoodbye(frame));
            }
            case Frames.GOODBYE -> link.closedByPeer(ControlFrames.readGoodbye(frame));
            case Frames.PING -> link.heartbeat.receivePing(frame);
            case Frames.PONG -> link.heartbeat.receivePong(frame);
            case Frames.OPERATIONS -> receiveOperations(frame);
            case Frames.DRAIN -> receiveDrain(frame);
            default -> throw unknown(type);
        }
    }

    private void receiveOperations(Frame frame) {
        demandActive(frame.type());
        if (link.connector) {
            throw new ProtocolViolationException("a controller tells its operations");
        }
        Set<String> operations = control.readOperations(frame);
        if (operations != null) {
            link.handler.operations(operations);
        }
    }

    private void receiveDrain(Frame frame) {
        demandActive(frame.type());
        frame.allowFlags(0);
        frame.end();
        if (!link.peerDrains) {
            link.peerDrains = true;
            link.handler.draining();
        }
    }

    private void dispatchStream(Frame frame, int type) {
        switch (type) {
            case Frames.COMMAND -> taken.receiveCommand(frame);
            case Frames.CREDIT -> taken.receiveCredit(frame);
            case Frames.CANCEL -> taken.receiveCancel(frame);
            case Frames.ADMITTED -> sent.receiveAdmitted(frame);
            case Frames.ACCEPTED, Frames.DATA, Frames.COMPLETE, Frames.FAILED -> sent.receivePart(frame);
            case Frames.CONTINUATION -> receiveContinuation(frame);
            default -> throw unknown(type);
        }
    }

    private void receiveContinuation(Frame frame) {
        frame.allowFlags(Frames.MORE);
        if (frame.remaining() == 0) {
            throw new ProtocolViolationException("a continuation is empty");
        }
        if (link.isOurs(frame.stream())) {
            sent.receiveContinuation(frame);
        } else {
            taken.receiveContinuation(frame);
        }
    }

    private void demandActive(int type) {
        if (link.state != LinkState.ACTIVE) {
            throw new ProtocolViolationException("a frame of type " + type + " before the hello is answered");
        }
    }

    private static ProtocolViolationException unknown(int type) {
        return new ProtocolViolationException("unknown frame type " + type);
    }
}
