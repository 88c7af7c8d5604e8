package io.sommelier.transport.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/** Looks at the first byte of a socket without TLS: one that begins a handshake of TLS would be a request that never ends. Confined to the event loop of the socket. */
final class NoTls extends ChannelInboundHandlerAdapter {
    private static final int HANDSHAKE_RECORD = 22;

    private final Upgrade upgrade;
    private boolean isRefused;

    NoTls(Upgrade upgrade) {
        this.upgrade = upgrade;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        if (isRefused || !bytes.isReadable()) {
            bytes.release();
        } else if (bytes.getUnsignedByte(bytes.readerIndex()) == HANDSHAKE_RECORD) {
            isRefused = true;
            bytes.release();
            upgrade.refuseTls(context);
        } else {
            context.pipeline().remove(this);
            context.fireChannelRead(bytes);
        }
    }
}
