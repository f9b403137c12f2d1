"""The trained model: safetensors, configuration, tokenizer and model card."""
