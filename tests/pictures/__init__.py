"""The pictures in docs/chats: what each chat is sent, drawn the way it shows messages."""
