package io.sommelier.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HeadersTest {
    /** Two pairs, as they travel. */
    private static final byte[] BLOCK = {
        3, // length of the name
        'd',
        'a',
        'y', // name
        0,
        3, // length of the value, big-endian
        'M',
        'o',
        'n', // value
        1, // length of the name
        'x', // name
        0,
        2, // length of the value: two bytes, one character
        (byte) 0xc3,
        (byte) 0xa9, // value, é in UTF-8
    };

    private static Headers ofBlock(byte... block) {
        return Headers.ofBlock(ByteBuffer.wrap(block));
    }

    private static byte[] blockOf(Headers headers) {
        ByteBuffer target = ByteBuffer.allocate(headers.encodedSize());
        headers.copyBlockTo(target);
        return target.array();
    }

    @Test
    void blockIsReadAsPairsInOrder() {
        Headers headers = ofBlock(BLOCK);

        assertThat(headers.all()).containsExactly(new Headers.Header("day", "Mon"), new Headers.Header("x", "é"));
    }

    @Test
    void builderWritesTheSameBlock() {
        Headers headers = Headers.builder().add("Day", "Mon").add("X", "é").build();

        assertThat(blockOf(headers)).isEqualTo(BLOCK);
        assertThat(headers).isEqualTo(ofBlock(BLOCK)).hasSameHashCodeAs(ofBlock(BLOCK));
    }

    @Test
    void emptyValueAndLongestNameAndValueAreCarried() {
        String name = "n".repeat(255);
        String value = "v".repeat(65535);

        Headers headers = Headers.builder().add("empty", "").add(name, value).build();

        assertThat(ofBlock(blockOf(headers)).all())
                .containsExactly(new Headers.Header("empty", ""), new Headers.Header(name, value));
        assertThat(headers.encodedSize()).isEqualTo(3 + 5 + 3 + 255 + 65535);
    }

    @Test
    void blockIsTakenFromPositionToLimitAndCopied() {
        byte[] around = new byte[BLOCK.length + 2];
        System.arraycopy(BLOCK, 0, around, 1, BLOCK.length);

        Headers headers = Headers.ofBlock(ByteBuffer.wrap(around, 1, BLOCK.length));
        Arrays.fill(around, (byte) 0);

        assertThat(headers).isEqualTo(ofBlock(BLOCK));
    }

    @Test
    void blockCutAtAnyByteIsRefusedExceptBetweenPairs() {
        int firstPair = 9;

        for (int length = 1; length < BLOCK.length; length++) {
            byte[] cut = Arrays.copyOf(BLOCK, length);
            if (length == firstPair) {
                assertThat(ofBlock(cut).all()).hasSize(1);
            } else {
                assertThatThrownBy(() -> ofBlock(cut))
                        .as("cut to %s bytes", length)
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("cut short");
            }
        }
    }

    @Test
    void refusedBlockSaysWhereItIsWrong() {
        assertThatThrownBy(() -> ofBlock((byte) 0, (byte) 0, (byte) 0))
                .hasMessage("header block is cut short at byte 0");
        assertThatThrownBy(() -> ofBlock((byte) 1, (byte) 'a', (byte) 0, (byte) 9))
                .hasMessage("header block is cut short: a value ends at byte 13 of 4");
        assertThatThrownBy(() -> ofBlock((byte) 2, (byte) 'a', (byte) 'B', (byte) 0, (byte) 0))
                .hasMessage("header name has a character at byte 2 that is not visible lower-case ASCII");
    }

    @Test
    void namesInABlockMustBeVisibleLowerCaseAscii() {
        for (int c = 0; c < 256; c++) {
            byte[] block = {1, (byte) c, 0, 0};
            boolean isAllowed = c > ' ' && c <= '~' && !(c >= 'A' && c <= 'Z');
            if (isAllowed) {
                assertThat(ofBlock(block).all().get(0).name()).isEqualTo(String.valueOf((char) c));
            } else {
                assertThatThrownBy(() -> ofBlock(block)).isInstanceOf(IllegalArgumentException.class);
            }
        }
    }

    @Test
    void whateverTheBytesAreNothingButIllegalArgumentExceptionIsThrown() {
        Random random = new Random(20261121);
        int accepted = 0;
        for (int run = 0; run < 200_000; run++) {
            byte[] block = new byte[1 + random.nextInt(12)];
            for (int i = 0; i < block.length; i++) {
                // small numbers and letters often enough that some blocks are good
                block[i] = (byte) (random.nextBoolean() ? random.nextInt(3) : 'a' + random.nextInt(4));
            }
            if (random.nextInt(4) == 0) {
                random.nextBytes(block);
            }
            try {
                Headers headers = ofBlock(block);
                accepted += headers.all().isEmpty() ? 0 : 1;
                if (!Arrays.equals(blockOf(headers), block)) {
                    throw new AssertionError("changed: " + Arrays.toString(block));
                }
            } catch (IllegalArgumentException refused) {
                if (!refused.getMessage().contains("byte")) {
                    throw new AssertionError("does not say where: " + refused);
                }
            }
        }
        assertThat(accepted).as("the fuzz also makes good blocks").isGreaterThan(100);
    }

    @Test
    void damagedGoodBlocksAreReadOrRefused() {
        Random random = new Random(11);
        for (int run = 0; run < 50_000; run++) {
            byte[] block = BLOCK.clone();
            block[random.nextInt(block.length)] = (byte) random.nextInt();
            try {
                assertThat(ofBlock(block).all()).isNotEmpty();
            } catch (IllegalArgumentException refused) {
                assertThat(refused).hasMessageContaining("header");
            }
        }
    }

    @Test
    void valuesAreDecodedOnlyWhenSomebodyReadsThem() {
        byte[] malformedValue = {1, 'a', 0, 1, (byte) 0xff};

        Headers headers = ofBlock(malformedValue);

        assertThat(blockOf(headers)).as("carried as it is").isEqualTo(malformedValue);
        assertThat(headers.first("a")).contains("\ufffd");
        assertThat(headers.all()).as("decoded once").isSameAs(headers.all());
    }

    @Test
    void namesAreFoundInAnyCase() {
        Headers headers = Headers.of("Content-Language", "fr");

        assertThat(headers.first("content-LANGUAGE")).contains("fr");
        assertThat(headers.first("content")).isEmpty();
        assertThat(headers.all().get(0).name()).isEqualTo("content-language");
    }

    @Test
    void repeatedNamesStayInOrderAndTheFirstIsFound() {
        Headers headers =
                Headers.builder().add("a", "1").add("b", "2").add("A", "3").build();

        assertThat(headers.first("a")).contains("1");
        assertThat(headers).extracting(Headers.Header::value).containsExactly("1", "2", "3");
    }

    @Test
    void builderMayBeUsedAgainAndLeavesWhatItBuilt() {
        Headers.Builder builder = Headers.builder().add("a", "1");
        Headers first = builder.build();

        Headers second = builder.add("b", "2").build();

        assertThat(first.all()).hasSize(1);
        assertThat(second.all()).hasSize(2);
        assertThat(first.toBuilder().add("b", "2").build()).isEqualTo(second);
    }

    @Test
    void noHeadersAreOneObjectOfNoBytes() {
        assertThat(Headers.builder().build()).isSameAs(Headers.none());
        assertThat(ofBlock()).isSameAs(Headers.none());
        assertThat(Headers.none().isEmpty()).isTrue();
        assertThat(Headers.none().encodedSize()).isZero();
        assertThat(Headers.none().all()).isEmpty();
    }

    @Test
    void nameOutOfBoundsIsRefusedWithWhatIsAllowed() {
        assertThatThrownBy(() -> Headers.of("", "v"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("header name has 0 bytes, allowed are 1 to 255");
        assertThatThrownBy(() -> Headers.of("n".repeat(256), "v"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("header name has 256 bytes, allowed are 1 to 255");
    }

    @Test
    void valueOutOfBoundsIsRefusedWithItsNameAndWhatIsAllowed() {
        assertThatThrownBy(() -> Headers.of("n", "é".repeat(32768)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("header n has a value of 65536 bytes, allowed are at most 65535");
    }

    @Test
    void namesThatOnlyLowerCaseMakesAsciiAreRefused() {
        String kelvin = "\u212a";

        assertThat(kelvin.toLowerCase(java.util.Locale.ROOT)).isEqualTo("k");
        assertThatThrownBy(() -> Headers.of(kelvin, "v"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("header name has a character at byte 0 that is not visible lower-case ASCII");
        assertThatThrownBy(() -> Headers.of("a b", "v")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Headers.of("a\nb", "v")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void builderGrowsWithoutLosingAPair() {
        Headers.Builder builder = Headers.builder();
        for (int i = 0; i < 1000; i++) {
            builder.add("name-" + i, "value " + i);
        }

        Headers headers = ofBlock(blockOf(builder.build()));

        assertThat(headers.all()).hasSize(1000);
        assertThat(headers.first("name-999")).contains("value 999");
    }

    @Test
    void textFormShowsNamesAndNoValues() {
        Headers headers =
                Headers.builder().add("authorization", "secret").add("b", "x").build();

        assertThat(headers).hasToString("Headers[authorization,b]");
        assertThat(new String(blockOf(headers), StandardCharsets.UTF_8)).contains("secret");
    }
}
