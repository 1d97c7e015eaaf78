"""Updates kept until they are answered, and the pace of what is sent, in SQL for any number of workers. No Telegram."""
