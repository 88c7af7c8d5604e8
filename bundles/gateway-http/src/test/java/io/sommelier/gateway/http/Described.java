package io.sommelier.gateway.http;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * Whether answers are what a served description says: no field that it does not have, none missing that it requires, each of the type, form and range that it names. Knows
 * as much of schemas as that description uses, and refuses to judge by anything else.
 */
final class Described {
    private static final Set<String> KNOWN = Set.of(
            "$ref",
            "allOf",
            "type",
            "format",
            "description",
            "required",
            "properties",
            "additionalProperties",
            "items",
            "enum",
            "pattern",
            "minimum",
            "maximum",
            "default");

    private final JsonNode description;

    Described(JsonNode description) {
        this.description = description;
    }

    /** What is wrong with an answer, one line each. */
    List<String> violations(String method, String path, int status, String contentType, JsonNode body) {
        JsonNode responses = description
                .at("/paths/" + path.replace("~", "~0").replace("/", "~1"))
                .path(method)
                .path("responses");
        JsonNode response = responses.has("" + status) ? responses.get("" + status) : responses.path("default");
        if (response.has("$ref")) {
            response = resolve(response.get("$ref").asText());
        }
        if (response.isMissingNode()) {
            return List.of("no answer " + status + " is described");
        }
        List<String> found = new ArrayList<>();
        if (!response.has("content")) {
            if (body != null) {
                found.add("an answer without a body is described");
            }
            return found;
        }
        JsonNode schema = response.get("content").path(contentType).path("schema");
        if (schema.isMissingNode() || body == null) {
            return List.of("no " + contentType + " is described, or there is no body");
        }
        check("", schema, body, found);
        return found;
    }

    private JsonNode resolve(String reference) {
        return description.at(reference.substring(1));
    }

    private void check(String at, JsonNode schema, JsonNode value, List<String> found) {
        List<JsonNode> all = new ArrayList<>();
        flatten(schema, all);
        Set<String> properties = new HashSet<>();
        boolean isOpen = true;
        for (JsonNode part : all) {
            part.fieldNames().forEachRemaining(name -> {
                if (!KNOWN.contains(name)) {
                    found.add(at + ": the description says " + name + ", which is not understood here");
                }
            });
            checkOne(at, part, value, found);
            part.path("properties").fieldNames().forEachRemaining(properties::add);
            isOpen &= !part.has("properties");
        }
        if (value.isObject() && !isOpen) {
            value.fieldNames().forEachRemaining(name -> {
                if (!properties.contains(name)) {
                    found.add(at + "/" + name + " is not described");
                }
            });
        }
    }

    private void flatten(JsonNode schema, List<JsonNode> all) {
        if (schema.has("$ref")) {
            flatten(resolve(schema.get("$ref").asText()), all);
            return;
        }
        all.add(schema);
        schema.path("allOf").forEach(part -> flatten(part, all));
    }

    private void checkOne(String at, JsonNode schema, JsonNode value, List<String> found) {
        String type = schema.path("type").asText("");
        boolean fits = switch (type) {
            case "" -> true;
            case "object" -> value.isObject();
            case "array" -> value.isArray();
            case "string" -> value.isTextual();
            case "integer" -> value.isIntegralNumber();
            case "number" -> value.isNumber();
            case "boolean" -> value.isBoolean();
            default -> false;
        };
        if (!fits) {
            found.add(at + " is not of the type " + type + ": " + value);
            return;
        }
        schema.path("required").forEach(name -> {
            if (!value.has(name.asText())) {
                found.add(at + "/" + name.asText() + " is missing");
            }
        });
        schema.path("properties").properties().forEach(property -> {
            if (value.has(property.getKey())) {
                check(at + "/" + property.getKey(), property.getValue(), value.get(property.getKey()), found);
            }
        });
        if (schema.has("additionalProperties")) {
            value.properties()
                    .forEach(field -> check(
                            at + "/" + field.getKey(), schema.get("additionalProperties"), field.getValue(), found));
        }
        if (schema.has("items")) {
            for (int i = 0; i < value.size(); i++) {
                check(at + "/" + i, schema.get("items"), value.get(i), found);
            }
        }
        if (schema.has("enum")) {
            Set<String> names = new HashSet<>();
            schema.get("enum").forEach(name -> names.add(name.asText()));
            if (!names.contains(value.asText())) {
                found.add(at + " is none of " + names + ": " + value);
            }
        }
        if (schema.has("pattern")
                && !value.asText().matches(schema.get("pattern").asText())) {
            found.add(at + " does not match " + schema.get("pattern") + ": " + value);
        }
        checkFormat(at, schema.path("format").asText(""), value, found);
    }

    private static void checkFormat(String at, String format, JsonNode value, List<String> found) {
        try {
            switch (format) {
                case "uuid" -> UUID.fromString(value.asText());
                case "date-time" -> OffsetDateTime.parse(value.asText());
                case "int64" -> {
                    if (!value.canConvertToLong()) {
                        found.add(at + " is too large");
                    }
                }
                case "", "byte" -> {}
                default -> found.add(at + ": the format " + format + " is not understood here");
            }
        } catch (IllegalArgumentException | java.time.DateTimeException e) {
            found.add(at + " is no " + format + ": " + value);
        }
    }
}
