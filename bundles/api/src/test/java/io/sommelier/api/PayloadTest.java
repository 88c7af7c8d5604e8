package io.sommelier.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.util.List;
import org.junit.jupiter.api.Test;

class PayloadTest {
    private static final byte[] BYTES = {1, 2, 3, -4};

    @Test
    void whatGoesInIsCopied() {
        byte[] given = BYTES.clone();
        Payload payload = Payload.copyOf(given);

        given[0] = 9;

        assertThat(payload.toBytes()).isEqualTo(BYTES);
    }

    @Test
    void whatComesOutIsACopy() {
        Payload payload = Payload.copyOf(BYTES);

        payload.toBytes()[0] = 9;

        assertThat(payload.toBytes()).isEqualTo(BYTES);
    }

    @Test
    void bufferIsCopiedFromPositionToLimitAndReadToItsLimit() {
        ByteBuffer buffer =
                ByteBuffer.wrap(new byte[] {0, 1, 2, 3, 0}).position(1).limit(4);

        Payload payload = Payload.copyOf(buffer);
        buffer.put(2, (byte) 9);

        assertThat(payload.toBytes()).containsExactly(1, 2, 3);
        assertThat(buffer.remaining()).isZero();
    }

    @Test
    void directBufferIsCopiedToo() {
        ByteBuffer buffer = ByteBuffer.allocateDirect(4).put(BYTES).flip();

        assertThat(Payload.copyOf(buffer)).isEqualTo(Payload.copyOf(BYTES));
    }

    @Test
    void viewIsReadOnlyAndLeavesThePayloadAsItIs() {
        ByteBuffer view = Payload.copyOf(BYTES).view();

        assertThat(view.isReadOnly()).isTrue();
        assertThat(view.hasArray()).isFalse();
        assertThatThrownBy(() -> view.put(0, (byte) 9)).isInstanceOf(ReadOnlyBufferException.class);
    }

    @Test
    void viewsHavePositionsOfTheirOwn() {
        Payload payload = Payload.copyOf(BYTES);

        payload.view().get();

        assertThat(payload.view().remaining()).isEqualTo(4);
    }

    @Test
    void rangeIsCopiedOut() {
        ByteBuffer target = ByteBuffer.allocate(2);

        Payload.copyOf(BYTES).copyTo(target, 1, 2);

        assertThat(target.array()).containsExactly(2, 3);
    }

    @Test
    void rangeOutsideThePayloadIsRefused() {
        Payload payload = Payload.copyOf(BYTES);

        assertThatThrownBy(() -> payload.copyTo(ByteBuffer.allocate(9), 2, 3))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> payload.copyTo(ByteBuffer.allocate(9), -1, 1))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void nothingIsPutIntoABufferThatIsTooSmall() {
        ByteBuffer target = ByteBuffer.allocate(3);

        assertThatThrownBy(() -> Payload.copyOf(BYTES).copyTo(target)).isInstanceOf(BufferOverflowException.class);
        assertThat(target.position()).isZero();
    }

    @Test
    void joinedPiecesStandInTheirOrder() {
        Payload joined = Payload.join(
                List.of(Payload.ofText("Pi"), Payload.empty(), Payload.ofText("not"), Payload.ofText(" noir")));

        assertThat(joined.asText()).isEqualTo("Pinot noir");
    }

    @Test
    void joinOfNothingIsEmpty() {
        assertThat(Payload.join(List.of())).isSameAs(Payload.empty());
        assertThat(Payload.join(List.of(Payload.empty()))).isSameAs(Payload.empty());
    }

    @Test
    void joinAboveTwoGibibytesIsRefusedBeforeMemoryIsTaken() {
        Payload piece = Payload.copyOf(new byte[1 << 20]);

        assertThatThrownBy(() -> Payload.join(java.util.Collections.nCopies(2048, piece)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("joined payload would have 2147483648 bytes, allowed are at most 2147483639");
    }

    @Test
    void noBytesAreTheEmptyPayload() {
        assertThat(Payload.copyOf(new byte[0])).isSameAs(Payload.empty());
        assertThat(Payload.copyOf(ByteBuffer.allocate(0))).isSameAs(Payload.empty());
        assertThat(Payload.ofText("")).isSameAs(Payload.empty());
        assertThat(Payload.empty().isEmpty()).isTrue();
    }

    @Test
    void textIsUtf8AndMalformedInputIsReplaced() {
        assertThat(Payload.ofText("é").toBytes()).containsExactly(0xc3, 0xa9);
        assertThat(Payload.copyOf(new byte[] {'a', (byte) 0xff}).asText()).isEqualTo("a\ufffd");
    }

    @Test
    void equalBytesMakeEqualPayloads() {
        assertThat(Payload.copyOf(BYTES)).isEqualTo(Payload.copyOf(BYTES)).hasSameHashCodeAs(Payload.copyOf(BYTES));
        assertThat(Payload.copyOf(BYTES)).isNotEqualTo(Payload.ofText("other"));
    }

    @Test
    void textFormShowsTheSizeAndNotTheContent() {
        assertThat(Payload.ofText("secret")).hasToString("Payload[6 bytes]");
    }

    @Test
    void replyJoinsItsDataAndItsTerminal() {
        Reply reply = new Reply(
                List.of(
                        Part.data(Payload.ofText("a")).build(),
                        Part.data(Payload.ofText("b")).build()),
                Part.complete(Payload.ofText("c")).build());

        assertThat(reply.payload().asText()).isEqualTo("abc");
        assertThat(new Reply(List.of(), reply.terminal()).payload())
                .isSameAs(reply.terminal().payload());
    }
}
